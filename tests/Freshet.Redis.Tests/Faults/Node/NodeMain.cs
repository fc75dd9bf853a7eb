using System.Globalization;
using System.Text.Json;

namespace Freshet.Redis.Tests.Faults;

/// <summary>A node process: does what lines on its input say, and answers each with a line. It ends when its input does.</summary>
internal sealed class NodeMain
{
    private readonly NodeApp _app;
    private readonly NodeCalls _calls;
    private readonly Lock _output = new();
    private Workload? _work;
    private Task _arrived = Task.CompletedTask;

    private NodeMain(NodeApp app)
    {
        _app = app;
        _calls = new NodeCalls(app);
    }

    public static async Task<int> RunAsync(string settings)
    {
        var node = new NodeMain(await NodeApp.StartAsync(JsonSerializer.Deserialize<NodeSettings>(settings)!));
        node.Say("0 ready");
        await Task.Factory.StartNew(node.Listen, TaskCreationOptions.LongRunning); // the console's reader blocks
        return 0;
    }

    private void Listen()
    {
        while (Console.In.ReadLine() is { } line) _ = AnswerAsync(line.Split(' '));
    }

    private async Task AnswerAsync(string[] words)
    {
        await Task.Yield();
        try
        {
            Say($"{words[0]} ok {await DoAsync(words[1], words[2..])}");
        }
#pragma warning disable CA1031 // Whatever it was belongs to the test.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Say($"{words[0]} failed {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private void Say(string line)
    {
        lock (_output)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }

    private async Task<string> DoAsync(string verb, string[] words)
    {
        switch (verb)
        {
            case "work": // readers writers keys pause
                _work = new Workload(_app, _calls);
                _work.Begin(Int(words[0]), Int(words[1]), Int(words[2]), Int(words[3]));
                return "";
            case "rest":
                await (_work?.RestAsync() ?? Task.CompletedTask);
                return "";
            case "progress": // reads writes hits: so many more reads, finished writes and hits
                await UntilAsync(Counts(), Long(words[0]), Long(words[1]), Long(words[2]));
                return "";
            case "read": // query key [session epoch position needed settled]
                return Text(await _calls.AnswerAsync(QueryOf(words[0]), words[1], words.Length > 2 ? CarriedOf(words[2..]) : null) ?? -1);
            case "answer": // query key: version source
                var answer = await _app.Freshet.ReadAnswerAsync(QueryOf(words[0]), words[1]);
                return $"{Text(answer.Value)} {answer.Source}";
            case "write": // cell key who: version epoch position
                var (version, action) = await _calls.WriteAsync(words[0], words[1], byJob: words[2] == "job");
                return action.IsPending ? $"{Text(version)} pending" : $"{Text(version)} {action.Token!.Value.Epoch} {Text(action.Token!.Value.Position)}";
            case "burst": // query keys readers: each key's readers at once
                await Task.WhenAll(Enumerable.Range(0, Int(words[2])).Select(i => _calls.AnswerAsync(QueryOf(words[0]), Workload.KeyOf(i % Int(words[1])))));
                return "";
            case "loaded": // so many loads have ended
                while (_app.Counters.Sum(each => each.Loads.Loaded) < Long(words[0])) await Task.Delay(2);
                return "";
            case "hold":
                _arrived = _app.Source.Hold();
                return "";
            case "held":
                await _arrived;
                return "";
            case "release":
                _app.Source.Release();
                return "";
            case "reach": // epoch position
                while (_app.Log.Position is var at && (at.Epoch.ToString() != words[0] || at.Position < Long(words[1]))) await Task.Delay(2);
                return "";
            case "back": // the log is reached, and the lease held
                while (_app.Log.IsAway || _app.Log.Pending.Count > 0 || !_app.HoldsLease) await Task.Delay(5);
                return "";
            case "away":
                while (!_app.Log.IsAway) await Task.Delay(5);
                return "";
            case "drop":
                _app.Told.DropNext(Int(words[0]));
                return "";
            case "clock": // seconds off
                _app.Time.Off = TimeSpan.FromSeconds(Int(words[0]));
                return "";
            case "counts":
                return JsonSerializer.Serialize(NodeCounts.Of(_app));
            case "history":
                await _app.Recorder.SaveAsync(words[0]);
                return "";
            case "stop":
                await _app.StopAsync();
                return "";
            default:
                throw new NotSupportedException(verb);
        }
    }

    private (long Reads, long Writes, long Hits) Counts() => (_app.Recorder.Reads, _app.Recorder.Finished, _app.Counters.Sum(each => each.Hits));

    private async Task UntilAsync((long Reads, long Writes, long Hits) from, long reads, long writes, long hits)
    {
        while (Counts() is var now && (now.Reads - from.Reads < reads || now.Writes - from.Writes < writes || now.Hits - from.Hits < hits)) await Task.Delay(5);
    }

    private static NodeCalls.Carried CarriedOf(string[] words) => new(
        Int(words[0]), words[1] == "-" ? null : new ConsistencyToken(new Epoch(Guid.ParseExact(words[1], "N")), Long(words[2])), Long(words[3]), words[4] == "1");

    private static CachedQuery<string, long> QueryOf(string name) => Vault.Queries.Single(query => query.Name == name);

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
