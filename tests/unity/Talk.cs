// A small program around the package's own client: each command prints lines "name=value" for the test to look at.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Lucid3D;

public static class Talk
{
    public static int Main(string[] arguments)
    {
        try
        {
            Run(new Client(arguments[0], arguments[1]), arguments[2], arguments.Skip(3).ToArray()).GetAwaiter().GetResult();
        }
        catch (ServiceException problem)
        {
            Say("status", problem.Status);
            Say("code", problem.Code);
            Say("message", problem.Message);
        }
        catch (Exception problem)
        {
            Say("exception", problem.GetType().Name);
            Say("message", problem.Message);
        }
        return 0;
    }

    static void Say(string name, object value)
    {
        Console.WriteLine(name + "=" + value);
    }

    static async Task Run(Client client, string command, string[] rest)
    {
        client.PollSeconds = 0.05f;
        client.Patience = 2;
        switch (command)
        {
            case "catalogues":
                foreach (Style style in await client.Styles()) Say("style", style.name + "|" + style.title);
                foreach (Preset preset in await client.Presets()) Say("preset", preset.name);
                break;
            case "dream":
                Job made = await client.Submit(new DreamRequest { prompt = rest[0], preset = "tiny", seed = long.Parse(rest[1]), negative_prompt = "a \"quoted\"\nline" });
                Say("submitted", made.id);
                await Finish(client, made, rest[2]);
                break;
            case "picture":
                Job seen = await client.SubmitPicture(File.ReadAllBytes(rest[0]), new DreamRequest { prompt = rest[1], preset = "tiny", seed = 3 });
                Say("submitted", seen.id);
                Say("prompt", seen.prompt);
                Say("seed", seen.seed);
                break;
            case "watch":
                await Finish(client, await client.Status(rest[0]), rest[1]);
                break;
            case "cancel":
                Job doomed = await client.Submit(new DreamRequest { prompt = rest[0], preset = "tiny" });
                Say("state", doomed.state);
                Say("seed", doomed.seed);
                Say("cancelled", (await client.Cancel(doomed.id)).state);
                Say("watched", (await client.Watch(doomed.id)).state);
                Say("deleted", (await client.Delete(doomed.id)).state);
                break;
            case "list":
                JobList page = await client.List(1);
                Say("first", page.jobs.Length);
                Say("next", (await client.List(50, "", page.next)).jobs.Length);
                break;
            case "status":
                Say("state", (await client.Status(rest[0])).state);
                break;
            case "give-up":
                var stop = new CancellationTokenSource(200);
                Job waiting = await client.Submit(new DreamRequest { prompt = rest[0], preset = "tiny" });
                await client.Watch(waiting.id, null, stop.Token);
                break;
            case "download":
                await client.Download(rest[0], rest[1], rest[2]);
                break;
            case "escape":
                await client.DownloadInto(rest[0], rest[1], name => "../" + name);
                break;
            case "where":
                foreach (string name in rest) Say(name, Lucid3D.Editor.SkyboxWindow.Wanted(name, true) ?? "");
                break;
            case "name":
                Say("name", Lucid3D.Editor.SkyboxWindow.FolderName(new Job { prompt = rest[0], id = "0123456789abcdef" }));
                break;
        }
    }

    static async Task Finish(Client client, Job job, string folder)
    {
        var stages = new List<string>();
        float last = 0;
        bool backwards = false;
        job = await client.Watch(job.id, now =>
        {
            if (now.stage.Length > 0 && !stages.Contains(now.stage)) stages.Add(now.stage);
            backwards |= now.progress < last;
            last = now.progress;
        });
        Say("state", job.state);
        Say("seed", job.seed);
        Say("stages", stages.Count);
        Say("backwards", backwards);
        Say("preview", (await client.Preview(job.id)).Length);
        float part = 0;
        List<string> written = await client.DownloadInto(job.id, folder, name => Lucid3D.Editor.SkyboxWindow.Wanted(name, true), now => part = now);
        Say("written", written.Count);
        Say("part", part);
    }
}
