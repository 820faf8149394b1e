// UnityWebRequest with the signatures that the package uses, over a real HTTP client, so that tests talk to a real service.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
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
        HttpWebRequest http;
        WebHeaderCollection answer = new WebHeaderCollection();

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
        public string GetResponseHeader(string name) { return answer[name]; }
        public void Dispose() { }

        public void Abort()
        {
            if (http != null) http.Abort();
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

        void Talk()
        {
            try
            {
                http = (HttpWebRequest)WebRequest.Create(url);
                http.Method = method;
                if (timeout > 0) http.Timeout = timeout * 1000;
                foreach (KeyValuePair<string, string> header in headers)
                {
                    if (header.Key == "Content-Type") http.ContentType = header.Value;
                    else http.Headers[header.Key] = header.Value;
                }
                var upload = uploadHandler as UploadHandlerRaw;
                if (upload != null)
                {
                    http.ContentLength = upload.Bytes.Length;
                    using (Stream body = http.GetRequestStream()) body.Write(upload.Bytes, 0, upload.Bytes.Length);
                }
                else if (method == "POST") http.ContentLength = 0;
                using (var response = (HttpWebResponse)http.GetResponse()) Take(response);
                result = Result.Success;
            }
            catch (WebException problem)
            {
                var response = problem.Response as HttpWebResponse;
                error = problem.Message;
                result = response == null ? Result.ConnectionError : Result.ProtocolError;
                if (response != null) using (response) Take(response);
            }
            catch (IOException problem)
            {
                error = problem.Message;
                result = Result.DataProcessingError;
            }
        }

        void Take(HttpWebResponse response)
        {
            responseCode = (long)response.StatusCode;
            answer = response.Headers;
            Stream target = downloadHandler.Open();
            try
            {
                using (Stream body = response.GetResponseStream()) body.CopyTo(target);
            }
            finally
            {
                if (!(target is MemoryStream)) target.Dispose();
            }
        }
    }
}
