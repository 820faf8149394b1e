// Talks to a lucid3d service (docs/service.md of the project): submit, watch, cancel, list, download.
//
// Works in the editor and in players. Every method returns a task; in Unity they continue on the main thread. Nothing
// blocks. UnityWebRequest must be used from the main thread, so call from there.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using UnityEngine;
using UnityEngine.Networking;

namespace Lucid3D
{
    /// <summary>The service said no, or could not be reached (then <c>Status</c> is 0).</summary>
    public class ServiceException : Exception
    {
        /// <summary>HTTP status; 0 when there was no answer.</summary>
        public readonly long Status;

        /// <summary>The service's own word for it, such as queue_full or unknown_job.</summary>
        public readonly string Code;

        /// <summary>Seconds after which to come back, 0 when the service did not say.</summary>
        public readonly int RetryAfter;

        public ServiceException(long status, string code, string message, int retryAfter) : base(message)
        {
            Status = status;
            Code = code;
            RetryAfter = retryAfter;
        }
    }

    /// <summary>A service and the token for it. It holds nothing open; make as many as you like.</summary>
    public sealed class Client
    {
        /// <summary>Seconds between two looks at a job that is watched.</summary>
        public float PollSeconds = 0.5f;

        /// <summary>Failed looks in a row after which a watch gives up: a service may be restarted meanwhile.</summary>
        public int Patience = 20;

        const int AnswerSeconds = 60;

        readonly string server;
        readonly string token;

        /// <param name="server">Such as http://127.0.0.1:8400</param>
        /// <param name="token">Empty if the service needs none.</param>
        public Client(string server, string token = "")
        {
            Uri parsed;
            if (!Uri.TryCreate((server ?? "").Trim(), UriKind.Absolute, out parsed)
                || (parsed.Scheme != "http" && parsed.Scheme != "https"))
                throw new ArgumentException("'" + server + "' is no address of a service; it looks like http://127.0.0.1:8400");
            this.server = server.Trim().TrimEnd('/');
            this.token = (token ?? "").Trim();
        }

        /// <summary>Dream a sentence.</summary>
        public Task<Job> Submit(DreamRequest request, CancellationToken stop = default(CancellationToken))
        {
            return Post("/v1/jobs", "application/json", Encoding.UTF8.GetBytes(JsonUtility.ToJson(Seeded(request))), stop);
        }

        /// <summary>Dream a picture (the bytes of a PNG, JPEG or WebP file); the sentence may be empty.</summary>
        public Task<Job> SubmitPicture(byte[] picture, DreamRequest request, CancellationToken stop = default(CancellationToken))
        {
            DreamRequest wish = Seeded(request);
            var form = new Form();
            form.Add("prompt", wish.prompt);
            form.Add("negative_prompt", wish.negative_prompt);
            form.Add("style", wish.style);
            form.Add("preset", wish.preset);
            form.Add("seed", wish.seed.ToString(CultureInfo.InvariantCulture));
            form.Add("models", wish.models);
            form.Add("enhance", wish.enhance ? "true" : "false");
            foreach (string export in wish.exports) form.Add("exports", export);
            form.AddFile("picture", "picture", picture);
            return Post("/v1/jobs/picture", form.ContentType, form.Finish(), stop);
        }

        /// <summary>How a job stands.</summary>
        public Task<Job> Status(string id, CancellationToken stop = default(CancellationToken))
        {
            return Get<Job>("/v1/jobs/" + Escaped(id), stop);
        }

        /// <summary>Look at a job until it has ended; <paramref name="changed"/> is called whenever something moved.</summary>
        public async Task<Job> Watch(string id, Action<Job> changed = null, CancellationToken stop = default(CancellationToken))
        {
            string last = null;
            int failed = 0;
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                Job job = null;
                try
                {
                    job = await Status(id, stop);
                    failed = 0;
                }
                catch (ServiceException error)
                {
                    bool passing = error.Status == 0 || error.Status == 429 || error.Status >= 500;
                    if (!passing || ++failed >= Patience) throw;
                }
                if (job != null)
                {
                    string now = job.state + job.stage + job.progress + job.detail + job.preview + job.queue_position;
                    if (now != last && changed != null) changed(job);
                    last = now;
                    if (job.Ended) return job;
                }
                await Task.Delay(TimeSpan.FromSeconds(PollSeconds), stop);
            }
        }

        /// <summary>End a job.</summary>
        public Task<Job> Cancel(string id, CancellationToken stop = default(CancellationToken))
        {
            return Parsed<Job>("POST", "/v1/jobs/" + Escaped(id) + "/cancel", stop);
        }

        /// <summary>Delete a job's results.</summary>
        public Task<Job> Delete(string id, CancellationToken stop = default(CancellationToken))
        {
            return Parsed<Job>("DELETE", "/v1/jobs/" + Escaped(id), stop);
        }

        /// <summary>Jobs, the newest first; hand <c>next</c> back as <paramref name="before"/> for the next page.</summary>
        public Task<JobList> List(int limit = 20, string state = "", string before = "", CancellationToken stop = default(CancellationToken))
        {
            string query = "?limit=" + limit.ToString(CultureInfo.InvariantCulture);
            if (!string.IsNullOrEmpty(state)) query += "&state=" + Escaped(state);
            if (!string.IsNullOrEmpty(before)) query += "&before=" + Escaped(before);
            return Get<JobList>("/v1/jobs" + query, stop);
        }

        /// <summary>The catalogue of styles.</summary>
        public async Task<Style[]> Styles(CancellationToken stop = default(CancellationToken))
        {
            return (await Get<StyleList>("/v1/styles", stop)).styles;
        }

        /// <summary>The presets, the default one first.</summary>
        public async Task<Preset[]> Presets(CancellationToken stop = default(CancellationToken))
        {
            return (await Get<PresetList>("/v1/presets", stop)).presets;
        }

        /// <summary>What a finished job made.</summary>
        public async Task<ResultFile[]> Files(string id, CancellationToken stop = default(CancellationToken))
        {
            return (await Get<FileList>("/v1/jobs/" + Escaped(id) + "/files", stop)).files;
        }

        /// <summary>The newest picture of a job, a JPEG.</summary>
        public async Task<byte[]> Preview(string id, CancellationToken stop = default(CancellationToken))
        {
            using (UnityWebRequest web = Request("GET", "/v1/jobs/" + Escaped(id) + "/preview", new DownloadHandlerBuffer()))
            {
                await Send(web, stop);
                return web.downloadHandler.data;
            }
        }

        /// <summary>One file of a result into memory.</summary>
        public async Task<byte[]> Bytes(string id, string name, CancellationToken stop = default(CancellationToken))
        {
            using (UnityWebRequest web = Request("GET", FilePath(id, name), new DownloadHandlerBuffer()))
            {
                web.timeout = 0;
                await Send(web, stop);
                return web.downloadHandler.data;
            }
        }

        /// <summary>One file of a result onto the disk; under its name only once it is complete.</summary>
        public async Task Download(string id, string name, string path, CancellationToken stop = default(CancellationToken))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)));
            string part = path + ".part";
            try
            {
                using (UnityWebRequest web = Request("GET", FilePath(id, name), new DownloadHandlerFile(part)))
                {
                    web.timeout = 0;     // a splat file may be large
                    await Send(web, stop);
                }
                if (File.Exists(path)) File.Delete(path);
                File.Move(part, path);
            }
            finally
            {
                if (File.Exists(part)) File.Delete(part);
            }
        }

        /// <summary>The files of a result for which <paramref name="where"/> gives a path below a folder; null skips one.</summary>
        /// <returns>The paths that were written.</returns>
        public async Task<List<string>> DownloadInto(
            string id, string folder, Func<string, string> where, Action<float> progress = null,
            CancellationToken stop = default(CancellationToken))
        {
            var wanted = new List<KeyValuePair<ResultFile, string>>();
            long total = 0, done = 0;
            string root = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
            foreach (ResultFile file in await Files(id, stop))
            {
                string below = where(file.name);
                if (string.IsNullOrEmpty(below)) continue;
                string path = Path.GetFullPath(Path.Combine(root, below));
                // A name that came over a network does not decide where files go.
                if (!path.StartsWith(root, StringComparison.Ordinal))
                    throw new ServiceException(200, "file_name", "the service names a file '" + file.name + "' outside its folder", 0);
                wanted.Add(new KeyValuePair<ResultFile, string>(file, path));
                total += file.bytes;
            }
            var written = new List<string>();
            foreach (KeyValuePair<ResultFile, string> item in wanted)
            {
                await Download(id, item.Key.name, item.Value, stop);
                written.Add(item.Value);
                done += item.Key.bytes;
                if (progress != null) progress(total > 0 ? (float)((double)done / total) : 1f);
            }
            return written;
        }

        static DreamRequest Seeded(DreamRequest request)
        {
            // JsonUtility cannot leave a field out, so chance is asked here and not at the service.
            if (request.seed < 0) request.seed = (long)(new System.Random(Guid.NewGuid().GetHashCode()).NextDouble() * 4294967295.0);
            return request;
        }

        static string Escaped(string text)
        {
            return Uri.EscapeDataString(text ?? "");
        }

        static string FilePath(string id, string name)
        {
            string[] parts = name.Split('/');
            for (int i = 0; i < parts.Length; i++) parts[i] = Escaped(parts[i]);
            return "/v1/jobs/" + Escaped(id) + "/files/" + string.Join("/", parts);
        }

        Task<T> Get<T>(string path, CancellationToken stop)
        {
            return Parsed<T>("GET", path, stop);
        }

        async Task<T> Parsed<T>(string method, string path, CancellationToken stop)
        {
            using (UnityWebRequest web = Request(method, path, new DownloadHandlerBuffer()))
            {
                await Send(web, stop);
                return Read<T>(web);
            }
        }

        async Task<Job> Post(string path, string contentType, byte[] body, CancellationToken stop)
        {
            // The same key twice is the same job: a request whose answer got lost can be sent again.
            string key = Guid.NewGuid().ToString("N");
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    using (UnityWebRequest web = Request("POST", path, new DownloadHandlerBuffer()))
                    {
                        web.uploadHandler = new UploadHandlerRaw(body) { contentType = contentType };
                        web.SetRequestHeader("Content-Type", contentType);
                        web.SetRequestHeader("Idempotency-Key", key);
                        await Send(web, stop);
                        return Read<Job>(web);
                    }
                }
                catch (ServiceException error)
                {
                    if (error.Status != 0 || attempt > 0) throw;
                }
            }
        }

        UnityWebRequest Request(string method, string path, DownloadHandler handler)
        {
            var web = new UnityWebRequest(server + path, method);
            web.downloadHandler = handler;
            web.timeout = AnswerSeconds;
            if (token.Length > 0) web.SetRequestHeader("Authorization", "Bearer " + token);
            return web;
        }

        static T Read<T>(UnityWebRequest web)
        {
            try
            {
                return JsonUtility.FromJson<T>(web.downloadHandler.text);
            }
            catch (ArgumentException)
            {
                throw new ServiceException(web.responseCode, "no_service", "what answers at " + web.url + " is no lucid3d service", 0);
            }
        }

        async Task Send(UnityWebRequest web, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested();
            var finished = new TaskCompletionSource<bool>();
            UnityWebRequestAsyncOperation operation;
            try
            {
                operation = web.SendWebRequest();
            }
            catch (InvalidOperationException)
            {
                throw new ServiceException(0, "insecure", "this project does not allow http:// (Project Settings > Player > "
                    + "Other Settings > Allow downloads over HTTP)", 0);
            }
            operation.completed += _ => finished.TrySetResult(true);
            using (stop.Register(web.Abort)) await finished.Task;
            stop.ThrowIfCancellationRequested();
            if (web.result == UnityWebRequest.Result.Success) return;
            if (web.result != UnityWebRequest.Result.ProtocolError)
                throw new ServiceException(0, "unreachable", server + " cannot be reached: " + web.error, 0);
            throw Refusal(web);
        }

        static ServiceException Refusal(UnityWebRequest web)
        {
            var problem = new Problem();
            try
            {
                // What a file handler got lies in the file that is thrown away; only a buffer has words.
                if (web.downloadHandler is DownloadHandlerBuffer) problem = JsonUtility.FromJson<Problem>(web.downloadHandler.text) ?? problem;
            }
            catch (ArgumentException)
            {
                problem.message = "";
            }
            int wait;
            int.TryParse(web.GetResponseHeader("Retry-After") ?? "", NumberStyles.Integer, CultureInfo.InvariantCulture, out wait);
            string words = string.IsNullOrEmpty(problem.message) ? "the service answers " + web.responseCode + " to " + web.url : problem.message;
            return new ServiceException(web.responseCode, problem.code ?? "", words, wait);
        }

        // multipart/form-data (RFC 7578). Unity's own sections refuse empty text, which a field may well be.
        sealed class Form
        {
            readonly string boundary = "lucid3d" + Guid.NewGuid().ToString("N");
            readonly MemoryStream body = new MemoryStream();

            public string ContentType { get { return "multipart/form-data; boundary=" + boundary; } }

            public void Add(string name, string value)
            {
                Write("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n");
            }

            public void AddFile(string name, string fileName, byte[] data)
            {
                Write("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + fileName
                    + "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
                body.Write(data, 0, data.Length);
                Write("\r\n");
            }

            public byte[] Finish()
            {
                Write("--" + boundary + "--\r\n");
                return body.ToArray();
            }

            void Write(string text)
            {
                byte[] data = Encoding.UTF8.GetBytes(text);
                body.Write(data, 0, data.Length);
            }
        }
    }
}
