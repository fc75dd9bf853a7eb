namespace BillingDesk.Server;

/// <summary>How the desk was started.</summary>
/// <param name="Arguments">The command line, as configuration: <c>--urls</c>, <c>--BillingDesk:Database</c> and any other key.</param>
/// <param name="Reset">Whether to throw the database away and seed it anew: <c>--reset</c>.</param>
public sealed record StartOptions(IReadOnlyList<string> Arguments, bool Reset)
{
    private const string ResetSwitch = "--reset";

    /// <summary>Reads the command line. <c>--reset</c> is taken out: configuration would take the argument after it for its value.</summary>
    public static StartOptions From(IReadOnlyList<string> arguments) =>
        new([.. arguments.Where(argument => argument != ResetSwitch)], arguments.Contains(ResetSwitch));
}
