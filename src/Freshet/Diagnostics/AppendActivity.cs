using System.Diagnostics;

namespace Freshet;

/// <summary>One activity for appending the records of an action.</summary>
internal static class AppendActivity
{
    public const string Name = "freshet.append";

    public static Activity? Start(Writer writer, int records, ListenerFailures failures) => !FreshetActivities.AreWanted
        ? null
        : FreshetActivities.Start(Name, Activity.Current?.Context ?? default, [
            new("freshet.trigger", Kebab.Of(writer.Trigger)),
            new("freshet.action", writer.Action),
            new("freshet.records", records),
        ], failures);

    /// <param name="append">The activity; null when there is none.</param>
    /// <param name="position">Position of the last record; null when the append failed.</param>
    /// <param name="failures">Where a listener's own failure goes.</param>
    public static void End(Activity? append, long? position, ListenerFailures failures)
    {
        if (append is null) return;
        if (position is { } last) append.SetTag("freshet.position", last);
        else append.SetStatus(ActivityStatusCode.Error);
        FreshetActivities.Stop(append, failures);
    }
}
