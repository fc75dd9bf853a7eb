using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Freshet;

/// <inheritdoc/>
internal sealed class OperationService(IFreshet freshet, IOperationStore? store, EventData json, OperationCounters counters, TimeProvider time) : IOperations
{
    public IOperationStore Store => store ?? throw new OperationStoreMissingException();

    public async Task<Operation> AcceptAsync<TInput, TResult>(
        DbTransaction transaction, OperationKind<TInput, TResult> kind, TInput input, string? owner = null, CancellationToken cancellationToken = default) where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(input);
        var accepted = new NewOperation(RandomId(), kind.Name, owner ?? freshet.CurrentAction?.Actor, Write(json, kind.Name, input), Activity.Current?.Id);
        await Store.InsertAsync(transaction, accepted, cancellationToken).ConfigureAwait(false);
        counters.Note(kind.Name, OperationOutcome.Accepted);
        var now = time.GetUtcNow();
        return new Operation { Id = accepted.Id, Kind = kind.Name, Status = OperationState.Accepted, Owner = accepted.Owner, AcceptedAt = now, ChangedAt = now };
    }

    public Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken = default) => Store.FindAsync(id, cancellationToken);

    /// <summary>A value as JSON.</summary>
    /// <exception cref="OperationNotWritableException">It cannot be written.</exception>
    public static string Write(EventData json, string kind, object value)
    {
        try
        {
            return json.Write(value);
        }
#pragma warning disable CA1031 // Whatever a member or converter of the application throws.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw new OperationNotWritableException(kind, value.GetType(), error);
        }
    }

    // The id is what lets somebody without a name ask for it, so it is random and not counted as those of records are.
    private static Guid RandomId() => new(RandomNumberGenerator.GetBytes(16));
}
