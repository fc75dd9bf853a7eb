using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace Freshet.EntityFrameworkCore;

/// <summary>Lets a save outside any transaction have one of its own, also when it is a single statement and would do without.</summary>
/// <remarks>
/// Asked for whenever a save is part of an action, since events may still be raised while it is prepared: by another interceptor,
/// from what the entities gathered.
/// </remarks>
internal sealed class OwnTransactions
{
    private readonly ConditionalWeakTable<DbContext, Save> _saves = [];

    /// <summary>Asks for one.</summary>
    /// <param name="context">The context that saves.</param>
    /// <param name="isNeeded">Whether something is to be saved with it. Then it has one even where the application wants none.</param>
    /// <returns>Whether the save will have one.</returns>
    public bool Ask(DbContext context, bool isNeeded)
    {
        Done(context); // when the one before ended without a word: another interceptor threw
        var before = context.Database.AutoTransactionBehavior;
        _saves.AddOrUpdate(context, new Save(context.ContextId, before));
        if (before == AutoTransactionBehavior.Never && !isNeeded) return false;
        context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        return true;
    }

    /// <summary>The save has ended: the context is as it was.</summary>
    public void Done(DbContext context)
    {
        if (!_saves.TryGetValue(context, out var save)) return;
        _saves.Remove(context);
        // A pooled context that somebody else has by now was reset in between.
        if (save.Lease == context.ContextId) context.Database.AutoTransactionBehavior = save.Before;
    }

    /// <summary>Whether a transaction that the context begins now is that of a save.</summary>
    public bool IsSaving(DbContext context) => _saves.TryGetValue(context, out var save) && save.Lease == context.ContextId;

    private sealed record Save(DbContextId Lease, AutoTransactionBehavior Before);
}
