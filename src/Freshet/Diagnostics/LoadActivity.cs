using System.Diagnostics;

namespace Freshet;

/// <summary>One activity per load, none per hit. It belongs to the reader that started the load; who joins it links to it.</summary>
/// <remarks>
/// Names and positions only, never arguments, values or keys of tags. The reader's baggage does not come along: the load is for
/// everyone. The activity is started where the reader is, so that its time has the queue in it and its parent is known, and becomes
/// current where the loader runs.
/// </remarks>
internal static class LoadActivity
{
    public const string Name = "freshet.load";

    /// <summary>Starts the load's activity. Called by the reader that starts the load, under no lock; the reader's own activity stays current.</summary>
    /// <param name="query">What is loaded.</param>
    /// <param name="reason">One of <see cref="LoadReason"/>.</param>
    /// <param name="keys">How many arguments the load is for.</param>
    public static Activity? Start(QueryRuntime query, string reason, int keys = 1)
    {
        if (!FreshetActivities.AreWanted) return null;
        var reader = Activity.Current;
        var load = FreshetActivities.Start(Name, reader?.Context ?? default, [
            new("freshet.query", query.Name),
            new("freshet.level", Kebab.Of(query.Declared.Declaration.Level)),
            new("freshet.reason", reason),
            new("freshet.keys", keys),
        ], query.Counters.ListenerFailures);
        load ??= Unwanted(reader);
        Activity.Current = reader;
        return load;
    }

    /// <summary>Makes it current where the loader is about to run.</summary>
    /// <param name="load">The activity; null when there is none.</param>
    /// <param name="position">The position the load has captured.</param>
    public static void Enter(Activity? load, long position)
    {
        if (load is null) return;
        load.SetTag("freshet.position", position);
        Activity.Current = load;
    }

    /// <summary>Ends it: once, from whichever thread knows how the load ended.</summary>
    /// <param name="load">The activity; null when there is none.</param>
    /// <param name="query">What was loaded.</param>
    /// <param name="outcome">One of <see cref="LoadOutcome"/>.</param>
    /// <param name="error">What went wrong: its type is told, its message may hold a payload.</param>
    public static void End(Activity? load, QueryRuntime query, string outcome, Exception? error = null)
    {
        if (load is null) return;
        load.SetTag("freshet.result", outcome);
        if (error is not null)
        {
            load.SetStatus(ActivityStatusCode.Error);
            load.SetTag("error.type", error.GetType().FullName);
        }
        // Stopping makes the reader's activity current, here where no reader is: a timer that ends this load may end another next.
        var current = Activity.Current;
        FreshetActivities.Stop(load, query.Counters.ListenerFailures);
        Activity.Current = ReferenceEquals(current, load) ? null : current;
    }

    /// <summary>Links the activity of a reader that waited for the load to it, unless the load is the reader's own.</summary>
    public static void LinkReader(Activity? load)
    {
        if (load is { Recorded: true } && Activity.Current is { } reader && reader.SpanId != load.ParentSpanId && !ReferenceEquals(reader, load))
            reader.AddLink(new ActivityLink(load.Context));
    }

    // The reader's trace is not sampled. Were nothing current while the loader runs, its own activities would begin new traces, and
    // be sampled for themselves: fragments of requests that nobody wanted. So one that no listener sees carries the decision on.
    private static Activity? Unwanted(Activity? reader)
    {
        if (reader is not { IdFormat: ActivityIdFormat.W3C }) return null;
        return new Activity(Name).SetParentId(reader.TraceId, reader.SpanId, ActivityTraceFlags.None).Start();
    }
}
