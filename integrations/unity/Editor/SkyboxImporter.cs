// Makes skyboxes from folders that lucid3d writes: a panoramic or a 6-sided material, or a sky volume in HDRP.
//
// Select an exported folder in the Project window and choose Assets > lucid3d > Make Skybox; the window does the same for
// what it downloads. Our forward lies at Unity's +Z in both shaders without any rotation: the files are already turned.
using System.Collections.Generic;
using System.IO;
using System.Linq;
using UnityEditor;
using UnityEngine;
#if LUCID3D_HDRP
using UnityEngine.Rendering;
using UnityEngine.Rendering.HighDefinition;
#endif

namespace Lucid3D.Editor
{
    public static class SkyboxImporter
    {
        const int MaxTexture = 8192;

        [MenuItem("Assets/lucid3d/Make Skybox (panorama, HDR)", false, 2000)]
        static void MakePanoramicOfSelection()
        {
            foreach (string folder in SelectedFolders()) MakePanoramic(folder);
        }

        [MenuItem("Assets/lucid3d/Make Skybox (6 Sided)", false, 2001)]
        static void MakeSixSidedOfSelection()
        {
            foreach (string folder in SelectedFolders()) MakeSixSided(folder);
        }

        [MenuItem("Assets/lucid3d/Make Skybox (panorama, HDR)", true)]
        [MenuItem("Assets/lucid3d/Make Skybox (6 Sided)", true)]
        static bool FolderSelected()
        {
            return SelectedFolders().Any();
        }

        /// <summary>A skybox in the way of the project's render pipeline; the asset, or null if something is missing.</summary>
        public static Object Make(string folder, bool sixSided)
        {
            if (SkyMaterial.HighDefinition) return MakeVolume(folder);
            return sixSided ? MakeSixSided(folder) : MakePanoramic(folder);
        }

        /// <summary>A Skybox/Panoramic material from the folder's panorama, HDR if it is there.</summary>
        public static Material MakePanoramic(string folder)
        {
            string picture = Panorama(folder);
            Material material = picture == null ? null : NewMaterial("Skybox/Panoramic");
            if (material == null) return null;
            SkyMaterial.SetPanorama(material, ImportTexture(picture, TextureWrapMode.Repeat, TextureImporterShape.Texture2D));
            return Finish(material, folder + "/Skybox Panoramic.mat");
        }

        /// <summary>A Skybox/6 Sided material; the files have the names of the shader's slots.</summary>
        public static Material MakeSixSided(string folder)
        {
            List<string> missing = SkyMaterial.Slots.Where(slot => !File.Exists(folder + "/" + slot + ".png")).ToList();
            if (missing.Count > 0)
            {
                Debug.LogError("lucid3d: " + folder + " lacks " + string.Join(", ", missing.Select(slot => slot + ".png").ToArray()));
                return null;
            }
            Material material = NewMaterial("Skybox/6 Sided");
            if (material == null) return null;
            foreach (string slot in SkyMaterial.Slots)
            {
                // Clamped, or the faces' borders bleed into each other.
                Texture face = ImportTexture(folder + "/" + slot + ".png", TextureWrapMode.Clamp, TextureImporterShape.Texture2D);
                material.SetTexture("_" + slot, face);
            }
            return Finish(material, folder + "/Skybox 6 Sided.mat");
        }

        // HDRP: a volume profile with HDRI Sky; drag it onto a Volume, or let the window add one.
        static Object MakeVolume(string folder)
        {
#if LUCID3D_HDRP
            string picture = Panorama(folder);
            if (picture == null) return null;
            var cube = (Cubemap)ImportTexture(picture, TextureWrapMode.Clamp, TextureImporterShape.TextureCube);
            string path = folder + "/Sky Volume.asset";
            AssetDatabase.DeleteAsset(path);
            var profile = ScriptableObject.CreateInstance<VolumeProfile>();
            AssetDatabase.CreateAsset(profile, path);
            var environment = profile.Add<VisualEnvironment>(true);
            environment.skyType.Override((int)SkyType.HDRI);
            var sky = profile.Add<HDRISky>(true);
            sky.hdriSky.Override(cube);
            AssetDatabase.AddObjectToAsset(environment, profile);
            AssetDatabase.AddObjectToAsset(sky, profile);
            AssetDatabase.SaveAssets();
            var volume = new GameObject("lucid3d sky").AddComponent<Volume>();
            volume.isGlobal = true;
            volume.sharedProfile = profile;
            Undo.RegisterCreatedObjectUndo(volume.gameObject, "Add lucid3d sky");
            EditorGUIUtility.PingObject(profile);
            return profile;
#else
            Debug.LogError("lucid3d: " + folder + " is not made into a sky: HDRP 12 or later is needed");
            return null;
#endif
        }

        static string Panorama(string folder)
        {
            string found = new[] { "panorama.hdr", "panorama.exr", "panorama.png" }
                .Select(name => folder + "/" + name).FirstOrDefault(File.Exists);
            if (found == null) Debug.LogError("lucid3d: " + folder + " has no panorama.hdr or panorama.png");
            return found;
        }

        // Every folder in the selection, or below it, that holds a skybox.json.
        static IEnumerable<string> SelectedFolders()
        {
            return Selection.assetGUIDs.Select(AssetDatabase.GUIDToAssetPath).Where(AssetDatabase.IsValidFolder)
                .SelectMany(folder => Directory.GetFiles(folder, "skybox.json", SearchOption.AllDirectories))
                .Select(file => Path.GetDirectoryName(file).Replace('\\', '/')).Distinct();
        }

        static Texture ImportTexture(string path, TextureWrapMode across, TextureImporterShape shape)
        {
            AssetDatabase.ImportAsset(path);
            var importer = (TextureImporter)AssetImporter.GetAtPath(path);
            importer.textureShape = shape;
            if (shape == TextureImporterShape.TextureCube) importer.generateCubemap = TextureImporterGenerateCubemap.Cylindrical;
            importer.wrapModeU = across;
            importer.wrapModeV = TextureWrapMode.Clamp;
            importer.mipmapEnabled = shape == TextureImporterShape.TextureCube; // in 2D a mip level would show the longitude's wrap
            importer.npotScale = TextureImporterNPOTScale.None;
            importer.maxTextureSize = MaxTexture;
            importer.textureCompression = TextureImporterCompression.CompressedHQ;
            importer.SaveAndReimport();
            return AssetDatabase.LoadAssetAtPath<Texture>(path);
        }

        static Material NewMaterial(string name)
        {
            Shader shader = Shader.Find(name);
            if (shader != null) return new Material(shader);
            Debug.LogError("lucid3d: the shader " + name + " is not in this project");
            return null;
        }

        static Material Finish(Material material, string path)
        {
            AssetDatabase.DeleteAsset(path);
            AssetDatabase.CreateAsset(material, path);
            SkyMaterial.Show(material);
            EditorGUIUtility.PingObject(material);
            return material;
        }
    }
}
