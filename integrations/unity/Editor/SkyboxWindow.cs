// Window > lucid3d: a sentence or a picture becomes a skybox in the project.
using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using UnityEditor;
using UnityEngine;

namespace Lucid3D.Editor
{
    public class SkyboxWindow : EditorWindow
    {
        const string Home = "Assets/lucid3d";
        const string ServerKey = "lucid3d.server", TokenKey = "lucid3d.token";
        static readonly string[] Kinds = { "Panorama (HDR)", "6 sided" };

        // Serialized, so that they outlive a script reload: a job that runs is watched again afterwards.
        [SerializeField] string prompt = "a misty alpine lake at sunrise";
        [SerializeField] string negative = "";
        [SerializeField] string picture = "";
        [SerializeField] int style, preset, kind;
        [SerializeField] long seed = -1;
        [SerializeField] bool withScene;
        [SerializeField] string jobId = "";

        string server, token;
        string[] styles = { "" }, presets = { "fast" };
        string[] styleTitles = { "none" };
        string status = "", problem = "";
        float progress;
        int previewShown;
        Texture2D preview;
        CancellationTokenSource running;
        Vector2 scroll;

        [MenuItem("Window/lucid3d")]
        static void Open()
        {
            GetWindow<SkyboxWindow>("lucid3d").minSize = new Vector2(320, 420);
        }

        void OnEnable()
        {
            // On this computer and in no file of the project: a token does not belong into version control.
            server = EditorPrefs.GetString(ServerKey, "http://127.0.0.1:8400");
            token = EditorPrefs.GetString(TokenKey, "");
            Connect();
            if (jobId.Length > 0) Run(client => Task.FromResult(jobId));
        }

        void OnDisable()
        {
            if (running != null) running.Cancel();      // the watch ends, the job goes on
            running = null;
            if (preview != null) DestroyImmediate(preview);
        }

        void OnGUI()
        {
            scroll = EditorGUILayout.BeginScrollView(scroll);
            EditorGUI.BeginChangeCheck();
            server = EditorGUILayout.TextField("Server", server);
            token = EditorGUILayout.PasswordField("Token", token);
            if (EditorGUI.EndChangeCheck())
            {
                EditorPrefs.SetString(ServerKey, server);
                EditorPrefs.SetString(TokenKey, token);
            }
            if (GUILayout.Button("Connect")) Connect();
            EditorGUILayout.Space();

            using (new EditorGUI.DisabledScope(running != null))
            {
                EditorGUILayout.LabelField("Sentence");
                prompt = EditorGUILayout.TextArea(prompt, GUILayout.MinHeight(48));
                negative = EditorGUILayout.TextField("Not in it", negative);
                using (new EditorGUILayout.HorizontalScope())
                {
                    picture = EditorGUILayout.TextField("Picture", picture);
                    if (GUILayout.Button("...", GUILayout.Width(28)))
                    {
                        string chosen = EditorUtility.OpenFilePanel("A picture to begin with", "", "png,jpg,jpeg,webp");
                        if (!string.IsNullOrEmpty(chosen)) picture = chosen;
                    }
                }
                style = EditorGUILayout.Popup("Style", Math.Min(style, styles.Length - 1), styleTitles);
                preset = EditorGUILayout.Popup("Preset", Math.Min(preset, presets.Length - 1), presets);
                seed = EditorGUILayout.LongField("Seed (-1: by chance)", seed);
                kind = EditorGUILayout.Popup("Skybox", kind, Kinds);
                withScene = EditorGUILayout.Toggle("Mesh and splats, too", withScene);
                if (GUILayout.Button("Dream", GUILayout.Height(30))) Run(Submit);
            }
            if (running != null)
            {
                Rect bar = EditorGUILayout.GetControlRect(false, 20);
                EditorGUI.ProgressBar(bar, progress, status);
                if (GUILayout.Button("Cancel")) CancelJob();
            }
            else if (status.Length > 0) EditorGUILayout.HelpBox(status, MessageType.Info);
            if (problem.Length > 0) EditorGUILayout.HelpBox(problem, MessageType.Error);
            if (preview != null)
            {
                Rect place = GUILayoutUtility.GetAspectRect((float)preview.width / preview.height);
                GUI.DrawTexture(place, preview, ScaleMode.ScaleToFit);
            }
            EditorGUILayout.EndScrollView();
        }

        // The catalogues of the service; what was chosen stays chosen by its place in the list.
        async void Connect()
        {
            problem = "";
            try
            {
                var client = new Client(server, token);
                Style[] found = await client.Styles();
                styles = new[] { "" }.Concat(found.Select(s => s.name)).ToArray();
                styleTitles = new[] { "none" }.Concat(found.Select(s => s.title)).ToArray();
                presets = (await client.Presets()).Select(p => p.name).ToArray();
            }
            catch (Exception error)
            {
                problem = error.Message;
            }
            Repaint();
        }

        async Task<string> Submit(Client client)
        {
            var request = new DreamRequest
            {
                prompt = prompt.Trim(),
                negative_prompt = negative.Trim(),
                style = styles[Math.Min(style, styles.Length - 1)],
                preset = presets[Math.Min(preset, presets.Length - 1)],
                seed = seed,
                exports = withScene ? new[] { "unity" } : new string[0],
            };
            Job job = picture.Length > 0
                ? await client.SubmitPicture(File.ReadAllBytes(picture), request, running.Token)
                : await client.Submit(request, running.Token);
            return job.id;
        }

        // Submit (or take up again), watch, download, import.
        async void Run(Func<Client, Task<string>> submit)
        {
            if (running != null) return;
            CancellationTokenSource mine = running = new CancellationTokenSource();
            problem = "";
            status = "asking";
            progress = 0;
            previewShown = 0;
            try
            {
                var client = new Client(server, token);
                jobId = await submit(client);
                Job job = await client.Watch(jobId, now => Show(client, now, mine.Token), mine.Token);
                if (job.state == "done") await Import(client, job, mine.Token);
                else problem = job.error.Length > 0 ? job.error : "the job was " + job.state;
                jobId = "";
            }
            catch (OperationCanceledException)
            {
                // the window was closed or scripts are reloaded; jobId is kept and taken up again
            }
            catch (Exception error)
            {
                problem = error.Message;
                jobId = "";
            }
            finally
            {
                if (running == mine)
                {
                    running = null;
                    if (problem.Length > 0) status = "";
                }
                mine.Dispose();
                Repaint();
            }
        }

        async void Show(Client client, Job job, CancellationToken stop)
        {
            progress = job.progress;
            status = job.state == "queued" ? "waiting, place " + job.queue_position : (job.stage + " " + job.detail).Trim();
            Repaint();
            if (job.preview <= previewShown) return;
            previewShown = job.preview;
            try
            {
                byte[] data = await client.Preview(job.id, stop);
                if (stop.IsCancellationRequested) return;
                if (preview == null) preview = new Texture2D(2, 2);
                preview.LoadImage(data);
                Repaint();
            }
            catch (Exception)
            {
                // a preview is a courtesy; the next one may come
            }
        }

        async void CancelJob()
        {
            try
            {
                if (jobId.Length > 0) await new Client(server, token).Cancel(jobId);
                else if (running != null) running.Cancel();
            }
            catch (Exception error)
            {
                problem = error.Message;
            }
        }

        async Task Import(Client client, Job job, CancellationToken stop)
        {
            status = "downloading";
            string folder = AssetDatabase.GenerateUniqueAssetPath(Home + "/" + FolderName(job));
            // First beside the project's assets: Unity would import half of a download.
            string staging = FileUtil.GetUniqueTempPathInProject();
            bool scene = withScene;
            Action<float> moved = part =>
            {
                progress = part;
                Repaint();
            };
            try
            {
                await client.DownloadInto(job.id, staging, name => Wanted(name, scene), moved, stop);
                Directory.CreateDirectory(Home);
                FileUtil.MoveFileOrDirectory(staging, folder);
            }
            finally
            {
                if (Directory.Exists(staging)) FileUtil.DeleteFileOrDirectory(staging);
            }
            AssetDatabase.Refresh();
            UnityEngine.Object made = SkyboxImporter.Make(folder + "/skybox", kind == 1);
            status = made != null ? folder + " is now the scene's sky (job " + job.id + ", seed " + job.seed + ")" : "";
            if (made == null) problem = folder + " was downloaded, but no skybox was made; the console says why";
        }

        /// <summary>Where a file of a result goes in the asset's folder, or null if it is not needed.</summary>
        public static string Wanted(string name, bool scene)
        {
            const string Turned = "skybox/unity/", Bundle = "export/unity/";
            if (name == "skybox/skybox.json") return name;
            if (name.StartsWith(Turned, StringComparison.Ordinal))
                return name.EndsWith(".exr", StringComparison.Ordinal) ? null : "skybox/" + name.Substring(Turned.Length);
            if (!scene || !name.StartsWith(Bundle, StringComparison.Ordinal)) return null;
            string below = name.Substring(Bundle.Length);
            return below == "scene.ply" || below == "mesh.glb" || below == "collision.glb" ? below : null;
        }

        /// <summary>The sentence as a name that every file system takes, and the job's beginning to tell two apart.</summary>
        public static string FolderName(Job job)
        {
            var letters = job.prompt.Select(c => char.IsLetterOrDigit(c) && c < 128 ? char.ToLowerInvariant(c) : '-').ToArray();
            string words = string.Join("-", new string(letters).Split(new[] { '-' }, StringSplitOptions.RemoveEmptyEntries));
            if (words.Length > 40) words = words.Substring(0, 40).TrimEnd('-');
            if (words.Length == 0) words = "picture";
            return words + "-" + job.id.Substring(0, Math.Min(6, job.id.Length));
        }
    }
}
