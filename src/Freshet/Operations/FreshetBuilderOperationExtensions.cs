using Freshet;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a process work off operations.</summary>
public static class FreshetBuilderOperationExtensions
{
    /// <summary>
    /// This process works off operations of a kind: in the background, under a job action of the kind's name, each attempt with a
    /// service scope of its own.
    /// <code>
    /// .RunOperation(Billing.Rebuild, (SummaryRebuilder rebuilder, OperationRun&lt;Rebuild, Rebuilt&gt; run, CancellationToken ct) => rebuilder.RunAsync(run, ct))
    /// </code>
    /// </summary>
    /// <typeparam name="TService">The service that does it; taken from the attempt's scope.</typeparam>
    /// <typeparam name="TInput">What it is asked for.</typeparam>
    /// <typeparam name="TResult">What it comes to.</typeparam>
    /// <param name="freshet">Freshet's services; an outbox is among them when the host starts.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="run">
    /// Writes, raises, calls <see cref="OperationRun{TInput, TResult}.CompleteAsync(System.Data.Common.DbTransaction, TResult, CancellationToken)"/> in its
    /// transaction, and commits. One that returns without is completed without a result; one that throws is tried again, unless it
    /// throws an <see cref="OperationFailedException"/>. Its token is cancelled when the process ends or another worker takes over.
    /// </param>
    /// <exception cref="ArgumentException">This process has a handler for the kind already.</exception>
    public static FreshetBuilder RunOperation<TService, TInput, TResult>(
        this FreshetBuilder freshet, OperationKind<TInput, TResult> kind, Func<TService, OperationRun<TInput, TResult>, CancellationToken, Task> run)
        where TService : notnull where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(freshet);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(run);
        if (freshet.Services.Any(service => service.ImplementationInstance is OperationHandler other && other.Kind == kind.Name))
            throw new ArgumentException($"This process has a handler for operations '{kind.Name}' already. Give each kind one.", nameof(kind));
        freshet.Services.AddSingleton<OperationHandler>(new OperationHandler<TService, TInput, TResult>(kind, run));
        OperationSetup.AddWorkerTo(freshet.Services);
        return freshet;
    }

    /// <summary>Sets options of operations in code; they override configuration.</summary>
    /// <param name="freshet">Freshet's services.</param>
    /// <param name="configure">Changes the options.</param>
    public static FreshetBuilder ConfigureOperations(this FreshetBuilder freshet, Action<OperationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        freshet.Services.PostConfigure(configure);
        return freshet;
    }
}
