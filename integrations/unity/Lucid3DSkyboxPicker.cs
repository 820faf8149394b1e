// Lists exported skybox folders while the game runs and shows the one that is chosen.
//
// Put exported folders into Assets/StreamingAssets/lucid3d (or set Folder), add this component to any GameObject, and
// assign a material with the shader Skybox/Panoramic, so that the shader is part of the build. On Android and WebGL
// StreamingAssets is no folder of files: set Folder to Application.persistentDataPath and download into it.
using System.Collections.Generic;
using System.IO;
using UnityEngine;

namespace Lucid3D
{
    public class SkyboxPicker : MonoBehaviour
    {
        [Tooltip("A material with the shader Skybox/Panoramic")]
        public Material panoramic;
        [Tooltip("Where the skybox folders lie; empty for StreamingAssets/lucid3d")]
        public string folder = "";
        [Tooltip("Show the list on the screen")]
        public bool showList = true;

        readonly List<string> found = new List<string>();
        Texture2D picture;
        Material material;
        Vector2 scroll;

        // Names of the folders that can be shown.
        public IReadOnlyList<string> Found { get { return found; } }

        void Start()
        {
            Refresh();
            if (found.Count > 0) Show(0);
        }

        public void Refresh()
        {
            found.Clear();
            string root = string.IsNullOrEmpty(folder) ? Path.Combine(Application.streamingAssetsPath, "lucid3d") : folder;
            if (!Directory.Exists(root)) return;
            foreach (string file in Directory.GetFiles(root, "skybox.json", SearchOption.AllDirectories))
            {
                string candidate = Path.GetDirectoryName(file);
                if (File.Exists(Path.Combine(candidate, "panorama.png"))) found.Add(candidate);
            }
            found.Sort();
        }

        public void Show(int index)
        {
            byte[] data = File.ReadAllBytes(Path.Combine(found[index], "panorama.png"));
            var loaded = new Texture2D(2, 2, TextureFormat.RGB24, false);
            if (!loaded.LoadImage(data, true))
            {
                Destroy(loaded);
                Debug.LogError("lucid3d: " + found[index] + "/panorama.png cannot be read");
                return;
            }
            loaded.wrapModeU = TextureWrapMode.Repeat;
            loaded.wrapModeV = TextureWrapMode.Clamp;
            if (material == null) material = panoramic != null ? new Material(panoramic) : new Material(Shader.Find("Skybox/Panoramic"));
            material.SetTexture("_MainTex", loaded);
            if (picture != null) Destroy(picture);
            picture = loaded;
            RenderSettings.skybox = material;
            DynamicGI.UpdateEnvironment();
        }

        void OnGUI()
        {
            if (!showList) return;
            GUILayout.BeginArea(new Rect(10, 10, 260, Screen.height - 20));
            scroll = GUILayout.BeginScrollView(scroll);
            for (int i = 0; i < found.Count; i++)
            {
                // The folder that holds "skybox" names the scene.
                string name = Path.GetFileName(found[i]) == "skybox" ? Path.GetFileName(Path.GetDirectoryName(found[i])) : Path.GetFileName(found[i]);
                if (GUILayout.Button(name)) Show(i);
            }
            GUILayout.EndScrollView();
            GUILayout.EndArea();
        }

        void OnDestroy()
        {
            if (picture != null) Destroy(picture);
            if (material != null) Destroy(material);
        }
    }
}
