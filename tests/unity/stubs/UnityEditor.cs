// Signatures of the editor's API (2021.3) that the package uses.
using System;
using UnityEngine;

namespace UnityEditor
{
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class MenuItem : Attribute
    {
        public MenuItem(string itemName) { }
        public MenuItem(string itemName, bool isValidateFunction) { }
        public MenuItem(string itemName, bool isValidateFunction, int priority) { }
    }

    public class EditorWindow : ScriptableObject
    {
        public Vector2 minSize { get; set; }
        public void Repaint() { }
        public static T GetWindow<T>(string title) where T : EditorWindow { return default(T); }
    }

    public static class EditorPrefs
    {
        public static string GetString(string key, string defaultValue) { return defaultValue; }
        public static void SetString(string key, string value) { }
    }

    public enum MessageType { None, Info, Warning, Error }

    public static class EditorGUI
    {
        public static void BeginChangeCheck() { }
        public static bool EndChangeCheck() { return false; }
        public static void ProgressBar(Rect position, float value, string text) { }

        public class DisabledScope : GUI.Scope
        {
            public DisabledScope(bool disabled) { }
        }
    }

    public static class EditorGUILayout
    {
        public static Vector2 BeginScrollView(Vector2 scrollPosition, params GUILayoutOption[] options) { return scrollPosition; }
        public static void EndScrollView() { }
        public static string TextField(string label, string text, params GUILayoutOption[] options) { return text; }
        public static string PasswordField(string label, string password, params GUILayoutOption[] options) { return password; }
        public static string TextArea(string text, params GUILayoutOption[] options) { return text; }
        public static void LabelField(string label, params GUILayoutOption[] options) { }
        public static long LongField(string label, long value, params GUILayoutOption[] options) { return value; }
        public static bool Toggle(string label, bool value, params GUILayoutOption[] options) { return value; }
        public static int Popup(string label, int selectedIndex, string[] displayedOptions, params GUILayoutOption[] options) { return selectedIndex; }
        public static void HelpBox(string message, MessageType type) { }
        public static void Space() { }
        public static Rect GetControlRect(bool hasLabel, float height, params GUILayoutOption[] options) { return default(Rect); }

        public class HorizontalScope : GUI.Scope
        {
            public HorizontalScope(params GUILayoutOption[] options) { }
        }
    }

    public static class EditorUtility
    {
        public static string OpenFilePanel(string title, string directory, string extension) { return ""; }
    }

    public static class EditorGUIUtility
    {
        public static void PingObject(UnityEngine.Object obj) { }
    }

    public static class FileUtil
    {
        public static string GetUniqueTempPathInProject() { return ""; }
        public static void MoveFileOrDirectory(string source, string dest) { }
        public static bool DeleteFileOrDirectory(string path) { return false; }
    }

    public static class Selection
    {
        public static string[] assetGUIDs { get { return new string[0]; } }
    }

    public static class Undo
    {
        public static void RegisterCreatedObjectUndo(UnityEngine.Object objectToUndo, string name) { }
    }

    public static class AssetDatabase
    {
        public static string GUIDToAssetPath(string guid) { return ""; }
        public static bool IsValidFolder(string path) { return false; }
        public static void ImportAsset(string path) { }
        public static T LoadAssetAtPath<T>(string assetPath) where T : UnityEngine.Object { return default(T); }
        public static bool DeleteAsset(string path) { return false; }
        public static void CreateAsset(UnityEngine.Object asset, string path) { }
        public static void AddObjectToAsset(UnityEngine.Object objectToAdd, UnityEngine.Object assetObject) { }
        public static void SaveAssets() { }
        public static void Refresh() { }
        public static string GenerateUniqueAssetPath(string path) { return path; }
    }

    public class AssetImporter : UnityEngine.Object
    {
        public static AssetImporter GetAtPath(string path) { return null; }
        public void SaveAndReimport() { }
    }

    public enum TextureImporterShape { Texture2D = 1, TextureCube = 2 }
    public enum TextureImporterNPOTScale { None, ToNearest, ToLarger, ToSmaller }
    public enum TextureImporterCompression { Uncompressed, Compressed, CompressedHQ, CompressedLQ }
    public enum TextureImporterGenerateCubemap { None, Spheremap, Cylindrical, AutoCubemap = 6, FullCubemap = 5 }

    public sealed class TextureImporter : AssetImporter
    {
        public TextureImporterShape textureShape { get; set; }
        public TextureImporterGenerateCubemap generateCubemap { get; set; }
        public TextureWrapMode wrapModeU { get; set; }
        public TextureWrapMode wrapModeV { get; set; }
        public bool mipmapEnabled { get; set; }
        public TextureImporterNPOTScale npotScale { get; set; }
        public int maxTextureSize { get; set; }
        public TextureImporterCompression textureCompression { get; set; }
    }
}
