namespace Freshet;

/// <summary>How a transaction ended, as far as this process can tell.</summary>
internal enum Fate
{
    /// <summary>It has not ended.</summary>
    Open,

    Committed,

    RolledBack,

    /// <summary>It ended where nobody here saw how: its commit got no answer, or other code had it in hand.</summary>
    Unknown,
}

/// <summary>A transaction that an action writes in, where whoever saves for the action watches transactions. What is raised within it shares its fate.</summary>
internal interface IUnitOfWork
{
    /// <summary>How it ended. Asked under the action's gate: it waits for nothing.</summary>
    Fate Fate { get; }

    /// <summary>Whether what is raised while it is open belongs to it. Not so for one that surrounds a single save: nothing but the save is in it.</summary>
    bool Gathers { get; }

    /// <summary>An action writes or raises in it.</summary>
    void Join(FreshetAction action);

    /// <summary>Leaves to it what was raised in it by an action that ends before it, to be saved before its commit.</summary>
    /// <returns>False when its commit is under way or over: it saves nothing more.</returns>
    bool TryLeave(RecordDraft draft);
}

/// <summary>Tells which transaction a call is in, where that flows with the call.</summary>
internal interface IUnitOfWorkSource
{
    /// <summary>The transaction around this call; null when there is none.</summary>
    IUnitOfWork? Surrounding { get; }
}
