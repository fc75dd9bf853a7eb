using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Messages of operations. Event ids 2250-2299. Kinds and ids only: never what they are asked for, or come to.</summary>
internal static partial class OperationMessages
{
    [LoggerMessage(2250, LogLevel.Warning, "Operation {Id} ({Kind}) failed at attempt {Attempt} ({ErrorType}) and is tried again in {Delay} ms. Throw an OperationFailedException for what no further attempt can mend.")]
    public static partial void OperationTriedAgain(this ILogger logger, Exception error, string kind, Guid id, int attempt, long delay, string errorType);

    [LoggerMessage(2251, LogLevel.Error, "Operation {Id} ({Kind}) was given up at attempt {Attempt} ({Code}). Nothing was written by it; who asked for it is told.")]
    public static partial void OperationGivenUp(this ILogger logger, Exception? error, string kind, Guid id, int attempt, string code);

    [LoggerMessage(2252, LogLevel.Warning, "Operation {Id} ({Kind}) was taken over by another worker, because this one's lease ran out. What this one did is rolled back. Raise Freshet:Operations:LeaseDuration if it happens while nothing dies.")]
    public static partial void OperationLost(this ILogger logger, string kind, Guid id);

    [LoggerMessage(2253, LogLevel.Warning, "The handler of operation {Id} ({Kind}) said that it is done, and its transaction was not committed. It is tried again. Commit after run.CompleteAsync(transaction, ...).")]
    public static partial void OperationNotCommitted(this ILogger logger, string kind, Guid id);

    [LoggerMessage(2254, LogLevel.Warning, "The handler of operation {Id} ({Kind}) threw after its commit ({ErrorType}). The operation is completed; what the handler had still to do is not done.")]
    public static partial void OperationFailedAfterCommit(this ILogger logger, Exception error, string kind, Guid id, string errorType);

    [LoggerMessage(2255, LogLevel.Warning, "The lease of operation {Id} ({Kind}) could not be renewed ({ErrorType}). It is tried again; should another worker take it over meanwhile, this one's work is rolled back.")]
    public static partial void OperationNotRenewed(this ILogger logger, Exception error, string kind, Guid id, string errorType);

    [LoggerMessage(2256, LogLevel.Error, "What became of operation {Id} ({Kind}) could not be noted ({ErrorType}). If it is not committed, another attempt begins when the lease runs out.")]
    public static partial void OperationNotSettled(this ILogger logger, Exception error, string kind, Guid id, string errorType);

    [LoggerMessage(2257, LogLevel.Error, "The database could not be asked for operations ({ErrorType}). It is asked again, ever more seldom, at least twice a minute; said once until it answers.")]
    public static partial void OperationsNotTaken(this ILogger logger, Exception error, string errorType);

    [LoggerMessage(2258, LogLevel.Information, "The database answers again: operations are worked off.")]
    public static partial void OperationsTakenAgain(this ILogger logger);
}
