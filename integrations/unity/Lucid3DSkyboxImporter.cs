// Makes skybox materials from the folders that lucid3d writes (lucid3d export <scene> --to unity).
//
// Put this file into a folder called Editor anywhere under Assets, copy the exported folder under Assets too, select
// it in the Project window and choose Assets > lucid3d > Make Skybox. Works in the Built-in and the Universal Render
// Pipeline, Unity 2021.3 and later.
#if UNITY_EDITOR
using System.Collections.Generic;
using System.IO;
using System.Linq;
using UnityEditor;
using UnityEngine;

namespace Lucid3D
{
    public static class SkyboxImporter
    {
        // Our forward lies at Unity's +Z in both shaders without any rotation: the files are already turned.
        static readonly string[] Slots = { "FrontTex", "BackTex", "LeftTex", "RightTex", "UpTex", "DownTex" };

        [MenuItem("Assets/lucid3d/Make Skybox (panorama, HDR)", false, 2000)]
        static void MakePanoramic()
        {
            foreach (string folder in SkyboxFolders())
            {
                string picture = new[] { "panorama.hdr", "panorama.exr", "panorama.png" }
                    .Select(name => folder + "/" + name).FirstOrDefault(File.Exists);
                if (picture == null)
                {
                    Debug.LogError("lucid3d: " + folder + " has no panorama.hdr or panorama.png");
                    continue;
                }
                Texture texture = ImportTexture(picture, TextureWrapMode.Repeat, TextureWrapMode.Clamp);
                Material material = NewMaterial("Skybox/Panoramic");
                if (material == null) continue;
                material.SetTexture("_MainTex", texture);
                material.SetFloat("_Mapping", 1f);      // latitude longitude layout
                material.EnableKeyword("_MAPPING_LATITUDE_LONGITUDE_LAYOUT");
                material.DisableKeyword("_MAPPING_6_FRAMES_LAYOUT");
                material.SetFloat("_ImageType", 0f);    // 360 degrees
                material.SetFloat("_Rotation", 0f);
                Finish(material, folder + "/Skybox Panoramic.mat");
            }
        }

        [MenuItem("Assets/lucid3d/Make Skybox (6 Sided)", false, 2001)]
        static void MakeSixSided()
        {
            foreach (string folder in SkyboxFolders())
            {
                Material material = NewMaterial("Skybox/6 Sided");
                if (material == null) return;
                bool complete = true;
                foreach (string slot in Slots)
                {
                    string picture = folder + "/" + slot + ".png";
                    if (!File.Exists(picture))
                    {
                        Debug.LogError("lucid3d: " + picture + " is missing");
                        complete = false;
                        continue;
                    }
                    // Clamped, or the faces' borders bleed into each other.
                    material.SetTexture("_" + slot, ImportTexture(picture, TextureWrapMode.Clamp, TextureWrapMode.Clamp));
                }
                if (complete) Finish(material, folder + "/Skybox 6 Sided.mat");
            }
        }

        [MenuItem("Assets/lucid3d/Make Skybox (panorama, HDR)", true)]
        [MenuItem("Assets/lucid3d/Make Skybox (6 Sided)", true)]
        static bool FolderSelected()
        {
            return SkyboxFolders().Any();
        }

        // Every folder in the selection, or below it, that holds a skybox.json.
        static IEnumerable<string> SkyboxFolders()
        {
            return Selection.assetGUIDs.Select(AssetDatabase.GUIDToAssetPath).Where(AssetDatabase.IsValidFolder)
                .SelectMany(folder => Directory.GetFiles(folder, "skybox.json", SearchOption.AllDirectories))
                .Select(file => Path.GetDirectoryName(file).Replace('\\', '/')).Distinct();
        }

        static Texture ImportTexture(string path, TextureWrapMode across, TextureWrapMode down)
        {
            AssetDatabase.ImportAsset(path);
            var importer = (TextureImporter)AssetImporter.GetAtPath(path);
            importer.textureShape = TextureImporterShape.Texture2D;
            importer.wrapModeU = across;
            importer.wrapModeV = down;
            importer.mipmapEnabled = false;             // a mip level would show a seam where the longitude wraps
            importer.npotScale = TextureImporterNPOTScale.None;
            importer.maxTextureSize = 8192;
            importer.textureCompression = TextureImporterCompression.CompressedHQ;
            importer.SaveAndReimport();
            return AssetDatabase.LoadAssetAtPath<Texture>(path);
        }

        static Material NewMaterial(string name)
        {
            Shader shader = Shader.Find(name);
            if (shader != null) return new Material(shader);
            Debug.LogError("lucid3d: the shader " + name + " is not in this project (HDRP uses HDRI Sky instead)");
            return null;
        }

        static void Finish(Material material, string path)
        {
            AssetDatabase.DeleteAsset(path);
            AssetDatabase.CreateAsset(material, path);
            RenderSettings.skybox = material;
            DynamicGI.UpdateEnvironment();
            EditorGUIUtility.PingObject(material);
            Debug.Log("lucid3d: " + path + " is now the scene's skybox");
        }
    }
}
#endif
