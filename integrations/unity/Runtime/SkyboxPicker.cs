// Lists skybox folders while the game runs and shows the one that is chosen.
//
// Put exported folders into Assets/StreamingAssets/lucid3d (or set Folder), add this component to any GameObject, and
// assign a material with the shader Skybox/Panoramic, so that the shader is part of the build. On Android and WebGL
// StreamingAssets is no folder of files: set Folder to Application.persistentDataPath and download into it.
using System.Collections.Generic;
using System.IO;
using UnityEngine;

namespace Lucid3D
{
    [AddComponentMenu("lucid3d/Skybox Picker")]
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

        /// <summary>The folders that can be shown.</summary>
        public IReadOnlyList<string> Found { get { return found; } }

        /// <summary>The one that is shown, -1 for none.</summary>
        public int Current { get; private set; } = -1;

        void Start()
        {
            Refresh();
            if (found.Count > 0) Show(0);
        }

        /// <summary>Look for folders again, after one was added.</summary>
        public void Refresh()
        {
            string shown = Current >= 0 ? found[Current] : null;
            found.Clear();
            string root = string.IsNullOrEmpty(folder) ? Path.Combine(Application.streamingAssetsPath, "lucid3d") : folder;
            if (Directory.Exists(root))
            {
                foreach (string file in Directory.GetFiles(root, "skybox.json", SearchOption.AllDirectories))
                {
                    string candidate = Path.GetDirectoryName(file);
                    if (File.Exists(Path.Combine(candidate, "panorama.png"))) found.Add(candidate);
                }
                found.Sort();
            }
            Current = shown == null ? -1 : found.IndexOf(shown);
        }

        /// <summary>The next one in the list, round and round.</summary>
        public void Next()
        {
            if (found.Count > 0) Show((Current + 1) % found.Count);
        }

        public void Show(int index)
        {
            Texture2D loaded = SkyMaterial.Decode(File.ReadAllBytes(Path.Combine(found[index], "panorama.png")));
            if (loaded == null)
            {
                Debug.LogError("lucid3d: " + found[index] + "/panorama.png cannot be read");
                return;
            }
            if (material == null) material = panoramic != null ? new Material(panoramic) : new Material(Shader.Find("Skybox/Panoramic"));
            SkyMaterial.SetPanorama(material, loaded);
            if (picture != null) Destroy(picture);
            picture = loaded;
            Current = index;
            SkyMaterial.Show(material);
        }

        /// <summary>What to call a folder: one that is just "skybox" has the name of the scene it lies in.</summary>
        public static string Title(string folder)
        {
            string name = Path.GetFileName(folder);
            return name == "skybox" ? Path.GetFileName(Path.GetDirectoryName(folder)) : name;
        }

        void OnGUI()
        {
            if (!showList) return;
            GUILayout.BeginArea(new Rect(10, 10, 260, Screen.height - 20));
            scroll = GUILayout.BeginScrollView(scroll);
            for (int i = 0; i < found.Count; i++)
            {
                if (GUILayout.Button(Title(found[i]))) Show(i);
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
