// Signatures of what a level is made of: transforms, meshes, colliders, navigation, input. See UnityEngine.cs.
using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public struct Vector3
    {
        public float x, y, z;
        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }
        public static Vector3 up { get { return new Vector3(0, 1, 0); } }
        public static Vector3 ClampMagnitude(Vector3 vector, float maxLength) { return vector; }
        public static Vector3 operator *(Vector3 a, float d) { return new Vector3(a.x * d, a.y * d, a.z * d); }
        public static Vector3 operator +(Vector3 a, Vector3 b) { return new Vector3(a.x + b.x, a.y + b.y, a.z + b.z); }
    }

    public struct Quaternion
    {
        public static Quaternion LookRotation(Vector3 forward, Vector3 upwards) { return default(Quaternion); }
        public static Quaternion Euler(float x, float y, float z) { return default(Quaternion); }
    }

    public struct Matrix4x4 { }

    public struct Bounds
    {
        public void Expand(float amount) { }
    }

    public class Transform : Component
    {
        public Transform parent { get; private set; }
        public Vector3 position { get; set; }
        public Vector3 localPosition { get; set; }
        public Quaternion rotation { get; set; }
        public Quaternion localRotation { get; set; }
        public Vector3 right { get { return default(Vector3); } }
        public Vector3 forward { get { return default(Vector3); } }
        public Matrix4x4 localToWorldMatrix { get { return default(Matrix4x4); } }
        public void SetParent(Transform parent, bool worldPositionStays) { this.parent = parent; }
        public void Rotate(float xAngle, float yAngle, float zAngle) { }
    }

    public class TextAsset : Object
    {
        public string text { get { return ""; } }
    }

    public class Mesh : Object
    {
        public Bounds bounds { get; set; }
    }

    public class MeshFilter : Component
    {
        public Mesh sharedMesh { get; set; }
    }

    public class Renderer : Component
    {
        public bool enabled { get; set; }
    }

    public class MeshRenderer : Renderer { }
    public class Collider : Component { }

    public class MeshCollider : Collider
    {
        public bool convex { get; set; }
        public Mesh sharedMesh { get; set; }
    }

    public class CharacterController : Collider
    {
        public float height { get; set; }
        public float radius { get; set; }
        public Vector3 center { get; set; }
        public float stepOffset { get; set; }
        public float slopeLimit { get; set; }
        public bool isGrounded { get { return true; } }
        public int Move(Vector3 motion) { return 0; }
    }

    public class Camera : Behaviour { }

    public static class Input
    {
        public static float GetAxis(string axisName) { return 0f; }
    }

    public static class Time
    {
        public static float deltaTime { get { return 0f; } }
    }

    public static class Mathf
    {
        public static float Clamp(float value, float min, float max) { return Math.Max(min, Math.Min(max, value)); }
    }
}

namespace UnityEngine.AI
{
    public enum NavMeshBuildSourceShape { Mesh, Terrain, Box, Sphere, Capsule, ModifierBox }

    public struct NavMeshBuildSource
    {
        public NavMeshBuildSourceShape shape { get; set; }
        public Object sourceObject { get; set; }
        public Matrix4x4 transform { get; set; }
        public int area { get; set; }
    }

    public struct NavMeshBuildSettings
    {
        public float agentRadius { get; set; }
        public float agentHeight { get; set; }
        public float agentClimb { get; set; }
        public float agentSlope { get; set; }
    }

    public class NavMeshData : Object { }

    public struct NavMeshDataInstance
    {
        public void Remove() { }
    }

    public static class NavMesh
    {
        public static NavMeshBuildSettings GetSettingsByID(int agentTypeID) { return default(NavMeshBuildSettings); }
        public static NavMeshDataInstance AddNavMeshData(NavMeshData navMeshData) { return default(NavMeshDataInstance); }
    }

    public static class NavMeshBuilder
    {
        public static NavMeshData BuildNavMeshData(
            NavMeshBuildSettings buildSettings, List<NavMeshBuildSource> sources, Bounds localBounds, Vector3 position,
            Quaternion rotation) { return null; }
    }
}
