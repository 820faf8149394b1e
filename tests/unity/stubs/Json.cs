// JsonUtility for tests: public fields of [Serializable] classes, unknown names skipped, absent ones left as they are.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace UnityEngine
{
    public static class JsonUtility
    {
        public static T FromJson<T>(string json)
        {
            int at = 0;
            object parsed = Value(json, ref at);
            if (Next(json, ref at) != '\0') throw Broken(at);
            if (!(parsed is Dictionary<string, object>)) throw new ArgumentException("JSON must represent an object type.");
            return (T)Convert(parsed, typeof(T));
        }

        public static string ToJson(object obj)
        {
            var text = new StringBuilder();
            Write(obj, text);
            return text.ToString();
        }

        static object Convert(object value, Type type)
        {
            if (type == typeof(string)) return value as string ?? "";
            if (type == typeof(bool)) return value is bool && (bool)value;
            if (type.IsPrimitive) return value is double ? System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture) : Activator.CreateInstance(type);
            if (type.IsArray)
            {
                var list = value as List<object> ?? new List<object>();
                Array array = Array.CreateInstance(type.GetElementType(), list.Count);
                for (int i = 0; i < list.Count; i++) array.SetValue(Convert(list[i], type.GetElementType()), i);
                return array;
            }
            if (!type.IsSerializable) throw new ArgumentException(type + " is not [Serializable]");
            object made = Activator.CreateInstance(type);
            var members = value as Dictionary<string, object>;
            if (members == null) return made;
            foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
            {
                object member;
                if (members.TryGetValue(field.Name, out member)) field.SetValue(made, Convert(member, field.FieldType));
            }
            return made;
        }

        static void Write(object value, StringBuilder text)
        {
            if (value == null || value is string) Quote((string)value ?? "", text);
            else if (value is bool) text.Append((bool)value ? "true" : "false");
            else if (value is IFormattable && value.GetType().IsPrimitive) text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
            else if (value is IEnumerable)
            {
                string comma = "";
                text.Append('[');
                foreach (object item in (IEnumerable)value)
                {
                    text.Append(comma);
                    Write(item, text);
                    comma = ",";
                }
                text.Append(']');
            }
            else
            {
                string comma = "";
                text.Append('{');
                foreach (FieldInfo field in value.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
                {
                    text.Append(comma);
                    Quote(field.Name, text);
                    text.Append(':');
                    Write(field.GetValue(value), text);
                    comma = ",";
                }
                text.Append('}');
            }
        }

        static void Quote(string value, StringBuilder text)
        {
            text.Append('"');
            foreach (char c in value)
            {
                if (c == '"' || c == '\\') text.Append('\\').Append(c);
                else if (c < ' ') text.Append("\\u").Append(((int)c).ToString("x4"));
                else text.Append(c);
            }
            text.Append('"');
        }

        static char Next(string json, ref int at)
        {
            while (at < json.Length && char.IsWhiteSpace(json[at])) at++;
            return at < json.Length ? json[at] : '\0';
        }

        static ArgumentException Broken(int at)
        {
            return new ArgumentException("JSON parse error at " + at);
        }

        static object Value(string json, ref int at)
        {
            char c = Next(json, ref at);
            if (c == '{')
            {
                var members = new Dictionary<string, object>();
                at++;
                if (Next(json, ref at) == '}') { at++; return members; }
                while (true)
                {
                    if (Next(json, ref at) != '"') throw Broken(at);
                    string name = Text(json, ref at);
                    if (Next(json, ref at) != ':') throw Broken(at);
                    at++;
                    members[name] = Value(json, ref at);
                    char end = Next(json, ref at);
                    at++;
                    if (end == '}') return members;
                    if (end != ',') throw Broken(at);
                }
            }
            if (c == '[')
            {
                var items = new List<object>();
                at++;
                if (Next(json, ref at) == ']') { at++; return items; }
                while (true)
                {
                    items.Add(Value(json, ref at));
                    char end = Next(json, ref at);
                    at++;
                    if (end == ']') return items;
                    if (end != ',') throw Broken(at);
                }
            }
            if (c == '"') return Text(json, ref at);
            int start = at;
            while (at < json.Length && ",]} \r\n\t".IndexOf(json[at]) < 0) at++;
            string word = json.Substring(start, at - start);
            if (word == "true") return true;
            if (word == "false") return false;
            if (word == "null") return null;
            double number;
            if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) throw Broken(start);
            return number;
        }

        static string Text(string json, ref int at)
        {
            var text = new StringBuilder();
            for (at++; at < json.Length && json[at] != '"'; at++)
            {
                if (json[at] != '\\') { text.Append(json[at]); continue; }
                char c = json[++at];
                if (c == 'u')
                {
                    text.Append((char)int.Parse(json.Substring(at + 1, 4), NumberStyles.HexNumber));
                    at += 4;
                }
                else text.Append(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c);
            }
            if (at >= json.Length) throw Broken(at);
            at++;
            return text.ToString();
        }
    }
}
