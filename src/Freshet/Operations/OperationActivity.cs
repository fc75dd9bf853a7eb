using System.Diagnostics;

namespace Freshet;

/// <summary>One activity for an attempt at an operation, in the trace of who accepted it. Current while its handler runs.</summary>
internal sealed class OperationActivity : IDisposable
{
    public const string Name = "freshet.operation";

    private readonly Activity _activity;

    private OperationActivity(Activity activity) => _activity = activity;

    /// <summary>Starts it; null when nobody wants it.</summary>
    public static OperationActivity? Start(TakenOperation taken)
    {
        if (!FreshetActivities.AreWanted) return null;
        ActivityContext.TryParse(taken.TraceParent, null, isRemote: true, out var parent);
        return FreshetActivities.Start(Name, parent, [new("freshet.operation.kind", taken.Kind), new("freshet.operation.attempt", taken.Attempt)], failures: null) is { } activity
            ? new OperationActivity(activity)
            : null;
    }

    public void Dispose() => FreshetActivities.Stop(_activity, failures: null);
}
