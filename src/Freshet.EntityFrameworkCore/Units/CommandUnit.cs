namespace Freshet.EntityFrameworkCore;

/// <summary>A transaction around one statement that has none of its own.</summary>
internal sealed class CommandUnit : Unit
{
    private volatile int _fate = (int)Fate.Open;

    public override Fate Fate => (Fate)_fate;

    public override bool Gathers => false;

    /// <summary>Nothing is left to it: its end is next.</summary>
    public void Committed() => _fate = (int)Fate.Committed;

    /// <summary>It ended without a commit that got an answer.</summary>
    /// <param name="mayBeCommitted">Whether the commit was sent.</param>
    public void Failed(bool mayBeCommitted) => _fate = (int)(mayBeCommitted ? Fate.Unknown : Fate.RolledBack);
}
