using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>What this process does for operations of one kind.</summary>
internal abstract class OperationHandler(string kind)
{
    /// <summary>Name of the kind.</summary>
    public string Kind => kind;

    /// <summary>Runs it, and completes the operation if the handler did not say so itself.</summary>
    /// <exception cref="Exception">Whatever the handler throws, or its input cannot be read.</exception>
    public abstract Task RunAsync(OperationContext context, CancellationToken cancellationToken);
}

/// <summary>What an attempt runs in.</summary>
internal sealed record OperationContext(TakenOperation Taken, IServiceProvider Services, FreshetAction Action, IOperationStore Store, EventData Json);

/// <inheritdoc/>
internal sealed class OperationHandler<TService, TInput, TResult>(
    OperationKind<TInput, TResult> kind, Func<TService, OperationRun<TInput, TResult>, CancellationToken, Task> run) : OperationHandler(kind.Name)
    where TService : notnull where TInput : notnull
{
    public override async Task RunAsync(OperationContext context, CancellationToken cancellationToken)
    {
        var input = context.Json.Read(context.Taken.Input, typeof(TInput)) is TInput read
            ? read
            : throw new InvalidOperationException($"The input of an operation '{Kind}' is no {typeof(TInput).Name}: it was accepted by a version that writes another.");
        var operation = new OperationRun<TInput, TResult>(context.Taken, input, context.Store, context.Action, context.Json);
        await run(context.Services.GetRequiredService<TService>(), operation, cancellationToken).ConfigureAwait(false);
        if (!operation.SaysCompleted) await operation.CompleteEmptyAsync(cancellationToken).ConfigureAwait(false);
    }
}
