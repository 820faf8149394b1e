// The engine: PlayCanvas, kept beside the page in gzip, so that any static host sends it small.

export async function fetchWithProgress(address, onProgress = () => {}) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} cannot be loaded (${answer.status})`);
  const total = Number(answer.headers.get("Content-Length")) || 0;
  const reader = answer.body.getReader();
  const parts = [];
  let got = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    got += value.length;
    if (total) onProgress(got / total);
  }
  const bytes = new Uint8Array(got);
  let offset = 0;
  for (const part of parts) { bytes.set(part, offset); offset += part.length; }
  return bytes;
}

export async function loadEngine(address, onProgress) {
  if (address.startsWith("http")) return import(address);
  const bytes = await fetchWithProgress(address, onProgress);
  // Some hosts unpack what ends in gzip's bytes themselves.
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = new Blob([bytes]).stream();
  const text = packed ? plain.pipeThrough(new DecompressionStream("gzip")) : plain;
  const source = new Blob([await new Response(text).blob()], { type: "text/javascript" });
  return import(URL.createObjectURL(source));
}
