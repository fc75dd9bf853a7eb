namespace BillingDesk.Server;

/// <summary>How the desk was started.</summary>
/// <param name="Arguments">The command line, as configuration: <c>--urls</c>, <c>--BillingDesk:Database</c> and any other key.</param>
/// <param name="Reset">Whether to throw the database away and seed it anew: <c>--reset</c>.</param>
/// <param name="IsWorker">Whether to run the jobs and answer no requests: <c>--worker</c>.</param>
/// <param name="Job">The one job to run to its end, and nothing else: <c>--job NAME</c>; null for none.</param>
public sealed record StartOptions(IReadOnlyList<string> Arguments, bool Reset, bool IsWorker = false, string? Job = null)
{
    private const string ResetSwitch = "--reset";
    private const string WorkerSwitch = "--worker";
    private const string JobKey = "--job";

    /// <summary>Reads the command line. The switches are taken out: configuration would take the argument after one for its value.</summary>
    /// <exception cref="ArgumentException"><c>--job</c> names no job.</exception>
    public static StartOptions From(IReadOnlyList<string> arguments)
    {
        var rest = arguments.Where(argument => argument is not (ResetSwitch or WorkerSwitch)).ToList();
        string? job = null;
        if (rest.IndexOf(JobKey) is >= 0 and var at)
        {
            job = at + 1 < rest.Count ? rest[at + 1] : throw new ArgumentException($"{JobKey} takes the name of a job.", nameof(arguments));
            rest.RemoveRange(at, 2);
        }
        return new(rest, arguments.Contains(ResetSwitch), arguments.Contains(WorkerSwitch), job);
    }
}
