// Dreams a skybox while the game runs and shows it.
//
// Add this component to any GameObject, say where the service is, assign a material with the shader Skybox/Panoramic (so
// that the shader is part of the build), and call Generate("a misty alpine lake"). Results are kept in
// Application.persistentDataPath/lucid3d, where SkyboxPicker finds them. A token in a game that you hand out is a token
// that everybody has: let such a game talk to a server of your own that holds it.
using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using UnityEngine;
using UnityEngine.Events;

namespace Lucid3D
{
    [AddComponentMenu("lucid3d/Skybox Generator")]
    public class SkyboxGenerator : MonoBehaviour
    {
        [Serializable] public class TextEvent : UnityEvent<string> { }
        [Serializable] public class ProgressEvent : UnityEvent<float> { }

        public string server = "http://127.0.0.1:8400";
        public string token = "";
        public string style = "";
        public string preset = "fast";
        [Tooltip("A material with the shader Skybox/Panoramic")]
        public Material panoramic;
        [Tooltip("0 to 1")]
        public ProgressEvent onProgress = new ProgressEvent();
        [Tooltip("The folder with the result")]
        public TextEvent onFinished = new TextEvent();
        [Tooltip("A sentence that says what went wrong")]
        public TextEvent onFailed = new TextEvent();

        CancellationTokenSource running;
        Texture2D picture;
        Material material;

        /// <summary>Where results are kept, a folder each.</summary>
        public static string Home { get { return Path.Combine(Application.persistentDataPath, "lucid3d"); } }

        public bool Busy { get { return running != null; } }

        /// <summary>Dream a sentence; the events tell how it goes. A second call while one runs does nothing.</summary>
        public async void Generate(string prompt)
        {
            if (running != null) return;
            var mine = running = new CancellationTokenSource();
            try
            {
                string folder = await GenerateInto(new DreamRequest { prompt = prompt, style = style, preset = preset }, mine.Token);
                onFinished.Invoke(folder);
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception error)
            {
                Debug.LogError("lucid3d: " + error.Message);
                onFailed.Invoke(error.Message);
            }
            finally
            {
                if (running == mine) running = null;
                mine.Dispose();
            }
        }

        /// <summary>Stop, here and at the service.</summary>
        public void Stop()
        {
            if (running != null) running.Cancel();
        }

        /// <summary>The same for programs: returns the result's folder, throws when something is wrong.</summary>
        public async Task<string> GenerateInto(DreamRequest request, CancellationToken stop)
        {
            var client = new Client(server, token);
            Job job = await client.Submit(request, stop);
            try
            {
                job = await client.Watch(job.id, now => onProgress.Invoke(now.progress), stop);
            }
            catch (OperationCanceledException)
            {
                await client.Cancel(job.id);
                throw;
            }
            if (job.state != "done") throw new ServiceException(200, job.state, job.error.Length > 0 ? job.error : "the job was " + job.state, 0);
            string folder = Path.Combine(Home, job.id);
            await client.DownloadInto(job.id, folder, Wanted, null, stop);
            Show(Path.Combine(folder, "panorama.png"));
            return folder;
        }

        // The panorama that is turned for Unity, and the statement by which SkyboxPicker knows the folder.
        static string Wanted(string name)
        {
            if (name == "skybox/unity/panorama.png") return "panorama.png";
            return name == "skybox/skybox.json" ? "skybox.json" : null;
        }

        void Show(string path)
        {
            Texture2D loaded = SkyMaterial.Decode(File.ReadAllBytes(path));
            if (loaded == null) throw new IOException(path + " cannot be read as a picture");
            if (material == null) material = panoramic != null ? new Material(panoramic) : new Material(Shader.Find("Skybox/Panoramic"));
            SkyMaterial.SetPanorama(material, loaded);
            if (picture != null) Destroy(picture);
            picture = loaded;
            SkyMaterial.Show(material);
        }

        void OnDestroy()
        {
            Stop();
            if (picture != null) Destroy(picture);
            if (material != null) Destroy(material);
        }
    }
}
