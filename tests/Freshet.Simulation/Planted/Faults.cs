namespace Freshet.Simulation.Planted;

/// <summary>The kinds of faults of <see cref="Conditions"/>, by their names.</summary>
internal static class Faults
{
    public const string LoaderFails = nameof(Conditions.LoaderFails);
    public const string LoaderHangs = nameof(Conditions.LoaderHangs);
    public const string LoaderIsSlow = nameof(Conditions.LoaderIsSlow);
    public const string Loss = nameof(Conditions.Loss);
    public const string Doubling = nameof(Conditions.Doubling);
    public const string Delay = nameof(Conditions.Delay);
    public const string SecondLevelFails = nameof(Conditions.SecondLevelFails);
    public const string Cuts = nameof(Conditions.Cuts);
    public const string Pauses = nameof(Conditions.Pauses);
    public const string Sleeps = nameof(Conditions.Sleeps);
    public const string Crashes = nameof(Conditions.Crashes);
    public const string WallShifts = nameof(Conditions.WallShifts);
    public const string LogRestarts = nameof(Conditions.LogRestarts);
    public const string Trims = nameof(Conditions.Trims);
    public const string Evictions = nameof(Conditions.Evictions);
    public const string BrokenActions = nameof(Conditions.BrokenActions);
    public const string WriterCrashes = nameof(Conditions.WriterCrashes);
    public const string LongTransactions = nameof(Conditions.LongTransactions);
    public const string DatabaseFails = nameof(Conditions.DatabaseFails);
    public const string Drift = nameof(Conditions.Drift);
}
