namespace Freshet;

/// <summary>A kind of write that finishes later: what it is asked for, and what it comes to.</summary>
/// <typeparam name="TInput">What it is asked for; kept as JSON until it is worked off.</typeparam>
/// <typeparam name="TResult">What it comes to: the <c>data</c> of the completed answer.</typeparam>
public sealed class OperationKind<TInput, TResult> where TInput : notnull
{
    /// <summary>Names a kind.</summary>
    /// <param name="name">1 to 128 letters, digits, '-' or '.'; unique in the application. It stands in the database, in metrics, and as the action's name in records: declare a <see cref="Mutation"/> of the same name to say which events it raises.</param>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    public OperationKind(string name)
    {
        if (!Declaration.IsName(name)) throw new ArgumentException("The name of a kind of operation has 1 to 128 letters, digits, '-' or '.'.", nameof(name));
        Name = name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The kind's name.</summary>
    public override string ToString() => Name;
}
