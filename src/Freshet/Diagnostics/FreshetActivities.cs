using System.Diagnostics;

namespace Freshet;

/// <summary>The activity source <c>Freshet</c>. What its listeners throw goes to <see cref="ListenerFailures"/>: tracing must not fail a load or lose an append.</summary>
internal static class FreshetActivities
{
    private static readonly ActivitySource _source = new(FreshetMeter.Name);

    /// <summary>Whether anybody listens. Ask first: then nothing is made for nobody.</summary>
    public static bool AreWanted => _source.HasListeners();

    /// <summary>Starts an activity and makes it current; null when nobody wants this one.</summary>
    public static Activity? Start(string name, ActivityContext parent, ReadOnlySpan<KeyValuePair<string, object?>> tags, ListenerFailures? failures)
    {
        var before = Activity.Current;
        try
        {
            return _source.StartActivity(ActivityKind.Internal, parent, tags.ToArray(), name: name);
        }
#pragma warning disable CA1031 // A listener's own failure.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failures?.Note(error);
            Activity.Current = before; // it may have become current before the listener threw, and nobody would end it
            return null;
        }
    }

    public static void Stop(Activity activity, ListenerFailures? failures)
    {
        try
        {
            activity.Stop();
        }
#pragma warning disable CA1031 // A listener's own failure.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failures?.Note(error);
        }
    }
}
