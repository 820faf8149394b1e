// UnityWebRequest with the signatures that the package uses, over a real HTTP client, so that tests talk to a real service.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace UnityEngine
{
    public class AsyncOperation
    {
        readonly object gate = new object();
        Action<AsyncOperation> waiting;
        bool done;

        public bool isDone { get { return done; } }

        // As in Unity: who comes late is called at once.
        public event Action<AsyncOperation> completed
        {
            add
            {
                lock (gate)
                {
                    if (!done)
                    {
                        waiting += value;
                        return;
                    }
                }
                value(this);
            }
            remove { waiting -= value; }
        }

        internal void Finish()
        {
            Action<AsyncOperation> all;
            lock (gate)
            {
                done = true;
                all = waiting;
            }
            if (all != null) all(this);
        }
    }
}

namespace UnityEngine.Networking
{
    public class UnityWebRequestAsyncOperation : AsyncOperation { }

    public class UploadHandler : IDisposable
    {
        public string contentType { get; set; }
        public void Dispose() { }
    }

    public sealed class UploadHandlerRaw : UploadHandler
    {
        internal readonly byte[] Bytes;
        public UploadHandlerRaw(byte[] data) { Bytes = data; }
    }

    public class DownloadHandler : IDisposable
    {
        public virtual byte[] data { get { return null; } }
        public virtual string text { get { throw new NotSupportedException(); } }
        internal virtual Stream Open() { return Stream.Null; }
        public void Dispose() { }
    }

    public sealed class DownloadHandlerBuffer : DownloadHandler
    {
        readonly MemoryStream got = new MemoryStream();
        public override byte[] data { get { return got.ToArray(); } }
        public override string text { get { return Encoding.UTF8.GetString(got.ToArray()); } }
        internal override Stream Open() { return got; }
    }

    public sealed class DownloadHandlerFile : DownloadHandler
    {
        readonly string path;
        public DownloadHandlerFile(string path) { this.path = path; }
        internal override Stream Open() { return new FileStream(path, FileMode.Create, FileAccess.Write); }
    }

    public class UnityWebRequest : IDisposable
    {
        public enum Result { InProgress, Success, ConnectionError, ProtocolError, DataProcessingError }

        readonly Dictionary<string, string> headers = new Dictionary<string, string>();
        readonly Dictionary<string, string> answer = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        TcpClient socket;

        public UnityWebRequest(string url, string method)
        {
            this.url = url;
            this.method = method;
        }

        public string url { get; set; }
        public string method { get; set; }
        public int timeout { get; set; }
        public UploadHandler uploadHandler { get; set; }
        public DownloadHandler downloadHandler { get; set; }
        public long responseCode { get; private set; }
        public string error { get; private set; }
        public Result result { get; private set; }

        public void SetRequestHeader(string name, string value) { headers[name] = value; }
        public string GetResponseHeader(string name)
        {
            string value;
            return answer.TryGetValue(name, out value) ? value : null;
        }

        public void Dispose() { }

        public void Abort()
        {
            if (socket != null) socket.Close();
        }

        public UnityWebRequestAsyncOperation SendWebRequest()
        {
            var operation = new UnityWebRequestAsyncOperation();
            ThreadPool.QueueUserWorkItem(_ =>
            {
                Talk();
                operation.Finish();
            });
            return operation;
        }

        // HTTP/1.0 by hand: the answer ends with the connection. (Mono's own client crashes its runtime now and then.)
        void Talk()
        {
            try
            {
                var at = new Uri(url);
                socket = new TcpClient(at.Host, at.Port);
                if (timeout > 0) socket.ReceiveTimeout = timeout * 1000;
                var upload = uploadHandler as UploadHandlerRaw;
                byte[] body = upload == null ? new byte[0] : upload.Bytes;
                var head = new StringBuilder(method + " " + at.PathAndQuery + " HTTP/1.0\r\nHost: " + at.Authority + "\r\n");
                foreach (KeyValuePair<string, string> header in headers) head.Append(header.Key + ": " + header.Value + "\r\n");
                head.Append("Content-Length: " + body.Length + "\r\n\r\n");
                byte[] start = Encoding.ASCII.GetBytes(head.ToString());
                using (NetworkStream stream = socket.GetStream())
                {
                    stream.Write(start, 0, start.Length);
                    stream.Write(body, 0, body.Length);
                    Take(stream);
                }
                result = responseCode < 400 ? Result.Success : Result.ProtocolError;
                error = responseCode < 400 ? null : "HTTP/1.1 " + responseCode;
            }
            catch (Exception problem)
            {
                error = problem.Message;
                result = Result.ConnectionError;
            }
            finally
            {
                if (socket != null) socket.Close();
            }
        }

        void Take(Stream stream)
        {
            string line = Line(stream);
            responseCode = long.Parse(line.Split(' ')[1]);
            while ((line = Line(stream)).Length > 0)
            {
                int colon = line.IndexOf(':');
                answer[line.Substring(0, colon)] = line.Substring(colon + 1).Trim();
            }
            Stream target = downloadHandler.Open();
            try
            {
                var buffer = new byte[1 << 16];
                long got = 0;
                for (int count; (count = stream.Read(buffer, 0, buffer.Length)) > 0; got += count) target.Write(buffer, 0, count);
                string announced = GetResponseHeader("content-length");
                if (announced != null && long.Parse(announced) != got) throw new IOException("the answer was cut short");
            }
            finally
            {
                if (!(target is MemoryStream)) target.Dispose();
            }
        }

        static string Line(Stream stream)
        {
            var line = new StringBuilder();
            for (int c; (c = stream.ReadByte()) != '\n'; line.Append((char)c))
                if (c < 0) throw new IOException("the answer was cut short");
            return line.ToString().TrimEnd('\r');
        }
    }
}
