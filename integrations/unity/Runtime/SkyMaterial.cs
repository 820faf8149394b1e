// Skybox materials at run time, with the shaders that ship with Unity. Built-in and Universal Render Pipeline.
using UnityEngine;
using UnityEngine.Rendering;

namespace Lucid3D
{
    public static class SkyMaterial
    {
        /// <summary>The slots of Skybox/6 Sided, which are the names of the six files. The slot Left lies at +X.</summary>
        public static readonly string[] Slots = { "FrontTex", "BackTex", "LeftTex", "RightTex", "UpTex", "DownTex" };

        /// <summary>HDRP draws its sky from a Volume and pays no attention to a skybox material.</summary>
        public static bool HighDefinition
        {
            get
            {
                RenderPipelineAsset pipeline = GraphicsSettings.currentRenderPipeline;
                return pipeline != null && pipeline.GetType().Name == "HDRenderPipelineAsset";
            }
        }

        /// <summary>Set a Skybox/Panoramic material up for a panorama of this project's.</summary>
        public static void SetPanorama(Material material, Texture panorama)
        {
            material.SetTexture("_MainTex", panorama);
            material.SetFloat("_Mapping", 1f);      // latitude longitude layout
            material.EnableKeyword("_MAPPING_LATITUDE_LONGITUDE_LAYOUT");
            material.DisableKeyword("_MAPPING_6_FRAMES_LAYOUT");
            material.SetFloat("_ImageType", 0f);    // 360 degrees
            material.SetFloat("_Rotation", 0f);     // the files are already turned: our forward is +Z
        }

        /// <summary>A picture file's bytes (PNG or JPEG) as a texture for a skybox; null if they are none.</summary>
        public static Texture2D Decode(byte[] file)
        {
            var texture = new Texture2D(2, 2, TextureFormat.RGB24, false);
            if (!texture.LoadImage(file, true))
            {
                Object.Destroy(texture);
                return null;
            }
            texture.wrapModeU = TextureWrapMode.Repeat;
            texture.wrapModeV = TextureWrapMode.Clamp;
            return texture;
        }

        /// <summary>Make a material the scene's sky.</summary>
        public static void Show(Material material)
        {
            if (HighDefinition)
            {
                Debug.LogError("lucid3d: HDRP has no skybox materials; use HDRI Sky in a Volume (Window > lucid3d makes one)");
                return;
            }
            RenderSettings.skybox = material;
            DynamicGI.UpdateEnvironment();
        }
    }
}
