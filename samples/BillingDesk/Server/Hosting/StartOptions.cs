namespace BillingDesk.Server;

/// <summary>How the desk was started.</summary>
/// <param name="Arguments">The command line, as configuration: <c>--urls</c>, <c>--BillingDesk:Database</c> and any other key.</param>
/// <param name="Reset">Whether to throw the database away and seed it anew: <c>--reset</c>.</param>
/// <param name="IsWorker">Whether to run the jobs and answer no requests: <c>--worker</c>.</param>
public sealed record StartOptions(IReadOnlyList<string> Arguments, bool Reset, bool IsWorker = false)
{
    private const string ResetSwitch = "--reset";
    private const string WorkerSwitch = "--worker";

    /// <summary>Reads the command line. The switches are taken out: configuration would take the argument after one for its value.</summary>
    public static StartOptions From(IReadOnlyList<string> arguments) =>
        new([.. arguments.Where(argument => argument is not (ResetSwitch or WorkerSwitch))], arguments.Contains(ResetSwitch), arguments.Contains(WorkerSwitch));
}
