// Signatures of the High Definition Render Pipeline (12) and of its core that the package uses.
namespace UnityEngine.Rendering
{
    public class VolumeParameter<T>
    {
        public virtual T value { get; set; }
        public void Override(T x) { }
    }

    public class VolumeComponent : ScriptableObject { }

    public sealed class VolumeProfile : ScriptableObject
    {
        public T Add<T>(bool overrides = false) where T : VolumeComponent { return default(T); }
    }

    public class Volume : MonoBehaviour
    {
        public bool isGlobal { get; set; }
        public VolumeProfile sharedProfile = null;
    }

    public class IntParameter : VolumeParameter<int> { }
    public class CubemapParameter : VolumeParameter<Texture> { }
}

namespace UnityEngine.Rendering.HighDefinition
{
    public enum SkyType { HDRI = 1, Procedural = 2, Gradient = 3, PhysicallyBased = 4 }

    public sealed class VisualEnvironment : VolumeComponent
    {
        public IntParameter skyType = new IntParameter();
    }

    public sealed class HDRISky : VolumeComponent
    {
        public CubemapParameter hdriSky = new CubemapParameter();
    }
}
