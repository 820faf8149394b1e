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

// Pictures of the coarsest level, asked for before there is an engine that could: address -> promise of a blob.
export function fetchEarly(addresses) {
  const early = new Map();
  for (const address of addresses) {
    const blob = fetch(address).then((answer) => { if (!answer.ok) throw new Error(address); return answer.blob(); });
    blob.catch(() => {}); // the engine asks again, and tells
    early.set(new URL(address, document.baseURI).href, blob);
  }
  return early;
}

// Have the engine take those, and from the network what is not there.
export function serveEarly(http, early) {
  const get = http.get;
  http.get = function (address, options, done) {
    const blob = early.get(new URL(address, document.baseURI).href);
    if (!blob) return get.call(this, address, options, done);
    blob.then((found) => done(null, found), () => get.call(this, address, options, done));
  };
}

// The engine's module; `onFetched` is called when its bytes are there, and the line is free for others.
export async function loadEngine(address, onProgress, onFetched) {
  if (address.startsWith("http")) { onFetched(); return import(address); }
  const bytes = await fetchWithProgress(address, onProgress);
  onFetched();
  // Some hosts unpack what ends in gzip's bytes themselves.
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = new Blob([bytes]).stream();
  const text = packed ? plain.pipeThrough(new DecompressionStream("gzip")) : plain;
  const source = new Blob([await new Response(text).blob()], { type: "text/javascript" });
  return import(URL.createObjectURL(source));
}
