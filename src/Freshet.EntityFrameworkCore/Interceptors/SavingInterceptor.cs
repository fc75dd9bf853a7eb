using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Freshet.EntityFrameworkCore;

/// <summary><c>SaveChanges</c>: saves what is raised with it, or sees to it that there will be a transaction whose commit does.</summary>
internal sealed class SavingInterceptor(OutboxSaver saver, OwnTransactions own) : SaveChangesInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (eventData.Context is { } context) BeforeAsync(context, isAsync: false, CancellationToken.None).GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context) await BeforeAsync(context, isAsync: true, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        After(eventData.Context);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        After(eventData.Context);
        return new ValueTask<int>(result);
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => After(eventData.Context);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        After(eventData.Context);
        return Task.CompletedTask;
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => After(eventData.Context);

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        After(eventData.Context);
        return Task.CompletedTask;
    }

    // It is all that tells of a save that failed so.
    public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        After(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
        ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        After(eventData.Context);
        return new ValueTask<InterceptionResult>(result);
    }

    private Task BeforeAsync(DbContext context, bool isAsync, CancellationToken cancellationToken)
    {
        if (saver.Action is not { } action) return Task.CompletedTask;
        if (saver.PlaceOf(context) is { } place) return saver.SaveAsync(place, isAsync, cancellationToken);
        if (!own.Ask(context, isNeeded: action.HasToSave)) action.NoteWrite();
        return Task.CompletedTask;
    }

    private void After(DbContext? context)
    {
        if (context is not null) own.Done(context);
    }
}
