// What travels between Unity and the service: plain records for JsonUtility, with the names of the service's fields.
using System;

namespace Lucid3D
{
    /// <summary>What to dream. Leave <c>seed</c> at -1 for one by chance.</summary>
    [Serializable]
    public class DreamRequest
    {
        public string prompt = "";
        public string negative_prompt = "";
        public string style = "";
        public string preset = "fast";
        public long seed = -1;
        public string models = "auto";
        public bool enhance;
        public string[] exports = new string[0];
    }

    /// <summary>A job as it is now. Times are seconds since 1970, 0 for "not yet".</summary>
    [Serializable]
    public class Job
    {
        public string id = "";
        public string kind = "";
        public string state = "";
        public string stage = "";
        public float progress;
        public string detail = "";
        public string error = "";
        public int queue_position;
        public int preview;
        public string prompt = "";
        public string style = "";
        public string preset = "";
        public long seed;
        public string sentence = "";
        public long bytes;
        public double created;
        public double started;
        public double finished;

        /// <summary>It will not change any more, whether it went well or not.</summary>
        public bool Ended
        {
            get { return state == "done" || state == "failed" || state == "cancelled" || state == "deleted"; }
        }
    }

    [Serializable]
    public class JobList
    {
        public Job[] jobs = new Job[0];
        public string next = "";
    }

    /// <summary>One file of a result; <c>name</c> has its folders, as in skybox/panorama.png.</summary>
    [Serializable]
    public class ResultFile
    {
        public string name = "";
        public long bytes;
        public string type = "";
        public string url = "";
    }

    [Serializable]
    public class FileList
    {
        public ResultFile[] files = new ResultFile[0];
    }

    [Serializable]
    public class Style
    {
        public string name = "";
        public string title = "";
        public string description = "";
        public string prompt = "";
        public string negative_prompt = "";
    }

    [Serializable]
    public class StyleList
    {
        public Style[] styles = new Style[0];
    }

    [Serializable]
    public class Preset
    {
        public string name = "";
        public string description = "";
    }

    [Serializable]
    public class PresetList
    {
        public Preset[] presets = new Preset[0];
    }

    [Serializable]
    public class Problem
    {
        public string code = "";
        public string message = "";
    }
}
