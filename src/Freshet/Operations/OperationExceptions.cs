namespace Freshet;

/// <summary>Thrown by a worker's handler: the operation cannot be done, now or later, and is given up at once. Its transaction must not be committed.</summary>
/// <param name="code">A short stable code for programs, such as <c>card-declined</c>.</param>
/// <param name="reason">A sentence for who asked for it: it is kept, and shown.</param>
/// <param name="inner">What caused it, if anything did.</param>
public sealed class OperationFailedException(string code, string reason, Exception? inner = null)
    : FreshetException($"The operation was given up ({code}): {reason} Throw this from a handler to fail an operation for good; any other exception has it tried again.", inner)
{
    /// <inheritdoc/>
    public override string Code => "operation-given-up";

    /// <summary>Why, as it is kept.</summary>
    public OperationFailure Failure { get; } = new(code, reason);
}

/// <summary>A worker was away for longer than its lease, and another one has taken the operation over. Its transaction must be rolled back.</summary>
public sealed class OperationLostException : FreshetException
{
    internal OperationLostException(Guid id, string kind)
        : base($"Operation {id} ({kind}) is no longer this worker's: its lease ran out, and another one has taken it over or finished it. Let this exception end the transaction, so that the work is done once; raise Freshet:Operations:LeaseDuration if workers are held up for that long.")
    {
        Id = id;
        Kind = kind;
    }

    /// <inheritdoc/>
    public override string Code => "operation-lost";

    /// <summary>Which operation.</summary>
    public Guid Id { get; }

    /// <summary>Name of its kind.</summary>
    public string Kind { get; }
}

/// <summary>Operations are used, and nothing is registered that could keep them.</summary>
public sealed class OperationStoreMissingException : FreshetException
{
    internal OperationStoreMissingException()
        : base("There is no database to keep operations in. Register the one that the writes go to, with AddFreshet().UsePostgresOutbox(...) or UseSqliteOutbox(...).")
    {
    }

    /// <inheritdoc/>
    public override string Code => "operation-store-missing";
}

/// <summary>What an operation is asked for, or comes to, cannot be written as JSON. Nothing was written.</summary>
public sealed class OperationNotWritableException : FreshetException
{
    internal OperationNotWritableException(string kind, Type type, Exception inner)
        : base($"{type.Name} cannot be written as JSON ({inner.GetType().Name}), so the operation '{kind}' could not be kept. Give it members that System.Text.Json can write, or set FreshetOptions.EventJson.", inner)
    {
        Kind = kind;
        Type = type;
    }

    /// <inheritdoc/>
    public override string Code => "operation-not-writable";

    /// <summary>Name of the operation's kind.</summary>
    public string Kind { get; }

    /// <summary>The CLR type.</summary>
    public Type Type { get; }
}
