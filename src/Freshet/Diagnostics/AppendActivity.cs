using System.Diagnostics;

namespace Freshet;

/// <summary>One activity for appending the records of an action. Current while they are appended.</summary>
internal readonly struct AppendActivity
{
    public const string Name = "freshet.append";

    private readonly Activity? _append;
    private readonly Activity? _write; // what was current: a listener that throws would leave the append's there
    private readonly ListenerFailures _failures;

    private AppendActivity(Activity? append, Activity? write, ListenerFailures failures)
    {
        _append = append;
        _write = write;
        _failures = failures;
    }

    /// <summary>Starts it, under no lock.</summary>
    public static AppendActivity Start(Writer writer, int records, ListenerFailures failures)
    {
        if (!FreshetActivities.AreWanted) return default;
        var write = Activity.Current;
        return new AppendActivity(FreshetActivities.Start(Name, write?.Context ?? default, [
            new("freshet.trigger", Kebab.Of(writer.Trigger)),
            new("freshet.action", writer.Action),
            new("freshet.records", records),
        ], failures), write, failures);
    }

    /// <summary>Ends it, under no lock.</summary>
    /// <param name="position">Position of the last record.</param>
    public void End(long position)
    {
        if (_append is null) return;
        _append.SetTag("freshet.position", position);
        FreshetActivities.Stop(_append, _failures);
        Activity.Current = _write;
    }
}
