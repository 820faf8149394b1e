// Makes a level of playable.glb and scene.objects.json: bodies, a NavMesh surface, things by name, and a walking player.
//
// Add this component to an empty object, drag the imported playable.glb into Model (Unity needs a glTF importer, such as
// com.unity.cloud.gltfast) and scene.objects.json into Description. It looks at nodes by their names, for importers do
// not agree on what becomes of extras: "-colonly" are triangles, "-convcolonly" convex bodies, "-navmesh" where one walks.
using System;
using System.Collections.Generic;
using UnityEngine;
using UnityEngine.AI;

namespace Lucid3D
{
    [Serializable]
    public sealed class Walker
    {
        public float eye = 1.6f;
        public float height = 1.7f;
        public float radius = 0.2f;
        public float step = 0.4f;
        public float slope_degrees = 40f;
    }

    [Serializable]
    public sealed class SpawnPoint
    {
        public string name;
        public float[] position;
        public float[] front;
        public float room;
    }

    [Serializable]
    public sealed class NamedThing
    {
        public string name;
        public string label;
        public string kind;
        public int instance;
        public float[] position;
        public float[] front;
        public float[] size;
    }

    [Serializable]
    public sealed class SceneObjects
    {
        /// <summary>Of scene.objects.json, the newest that this package knows.</summary>
        public const int Newest = 1;

        public int format;
        public string prompt;
        public Walker walker = new Walker();
        public SpawnPoint[] spawns = new SpawnPoint[0];
        public NamedThing[] objects = new NamedThing[0];

        /// <summary>What scene.objects.json says, in Unity's axes.</summary>
        public static SceneObjects Parse(string json)
        {
            var read = JsonUtility.FromJson<SceneObjects>(json);
            if (read.format <= Newest) return read;
            Debug.LogError("lucid3d: scene.objects.json has format " + read.format + ", this package knows " + Newest
                + ": take the package of the same export");
            return new SceneObjects();
        }
    }

    [AddComponentMenu("lucid3d/Playable Scene")]
    public sealed class PlayableScene : MonoBehaviour
    {
        [Tooltip("playable.glb, imported.")]
        public GameObject model;

        [Tooltip("scene.objects.json of the same folder.")]
        public TextAsset description;

        [Tooltip("Put a player at the first spawn point.")]
        public bool player = true;

        [Tooltip("An empty object by name at every thing's foot, looking as it does.")]
        public bool things = true;

        public SceneObjects Objects { get; private set; }

        NavMeshDataInstance surface;

        void Awake()
        {
            Objects = SceneObjects.Parse(description.text);
            Transform place = Instantiate(model, transform).transform;
            foreach (MeshFilter part in place.GetComponentsInChildren<MeshFilter>(true)) Make(part);
            if (things)
            {
                var parent = new GameObject("things").transform;
                parent.SetParent(transform, false);
                foreach (NamedThing thing in Objects.objects) Put(thing.name, thing.position, thing.front, parent);
            }
            if (player && Objects.spawns.Length > 0) Enter(Objects.spawns[0]);
        }

        void OnDestroy()
        {
            surface.Remove();
        }

        /// <summary>A body, or the NavMesh, of one node; it is not drawn.</summary>
        void Make(MeshFilter part)
        {
            string role = Role(part);
            if (role == null) return;
            MeshRenderer drawn = part.GetComponent<MeshRenderer>();
            if (drawn != null) drawn.enabled = false;
            if (role == "navmesh")
            {
                Surface(part);
                return;
            }
            MeshCollider body = part.gameObject.AddComponent<MeshCollider>();
            body.convex = role == "convcolonly";
            body.sharedMesh = part.sharedMesh;
        }

        /// <summary>What a node is for, by the end of its name or that of the node above (importers put meshes below).</summary>
        public static string Role(Component part)
        {
            for (Transform at = part.transform; at != null; at = at.parent)
            {
                foreach (string role in new[] { "convcolonly", "colonly", "navmesh" })
                {
                    if (at.name.EndsWith("-" + role, StringComparison.Ordinal)) return role;
                }
            }
            return null;
        }

        /// <summary>A NavMesh of the triangles that a walker's middle can be on: hardly eroded, for they are already.</summary>
        void Surface(MeshFilter part)
        {
            var source = new NavMeshBuildSource
            {
                shape = NavMeshBuildSourceShape.Mesh,
                sourceObject = part.sharedMesh,
                transform = part.transform.localToWorldMatrix,
                area = 0
            };
            NavMeshBuildSettings settings = NavMesh.GetSettingsByID(0);
            settings.agentRadius = 0.05f;
            settings.agentHeight = Objects.walker.height;
            settings.agentClimb = Objects.walker.step;
            settings.agentSlope = Objects.walker.slope_degrees;
            Bounds bounds = part.sharedMesh.bounds;
            bounds.Expand(2f);
            NavMeshData data = NavMeshBuilder.BuildNavMeshData(
                settings, new List<NavMeshBuildSource> { source }, bounds, part.transform.position, part.transform.rotation);
            if (data == null)
            {
                Debug.LogError("lucid3d: Unity made no NavMesh of " + part.name);
                return;
            }
            surface = NavMesh.AddNavMeshData(data);
        }

        Transform Put(string called, float[] position, float[] front, Transform parent)
        {
            Transform at = new GameObject(called).transform;
            at.SetParent(parent, false);
            at.localPosition = Vector(position);
            if (front != null && front.Length == 3) at.localRotation = Quaternion.LookRotation(Vector(front), Vector3.up);
            return at;
        }

        void Enter(SpawnPoint spawn)
        {
            Transform body = Put("Player", spawn.position, spawn.front, transform);
            CharacterController controller = body.gameObject.AddComponent<CharacterController>();
            Walker walker = Objects.walker;
            controller.height = walker.height;
            controller.radius = walker.radius;
            controller.center = new Vector3(0f, walker.height / 2f, 0f);
            controller.stepOffset = walker.step;
            controller.slopeLimit = walker.slope_degrees;
            Transform eye = new GameObject("Eye").transform;
            eye.SetParent(body, false);
            eye.localPosition = new Vector3(0f, walker.eye, 0f);
            eye.gameObject.AddComponent<Camera>();
            body.gameObject.AddComponent<WalkingPlayer>().eye = eye;
        }

        static Vector3 Vector(float[] values)
        {
            return new Vector3(values[0], values[1], values[2]);
        }
    }
}
