namespace Freshet;

/// <summary>An endpoint or job that declares the events it raises. Endpoints declare theirs with <c>.Raises&lt;TEvent&gt;()</c>; a job is declared as a field of a catalog and opened by its name.</summary>
/// <param name="name">Name of the mutation, unique in the application.</param>
public sealed class Mutation(string name) : Declaration(name)
{
    private readonly List<Type> _events = [];

    /// <inheritdoc/>
    public override string DeclarationKind => "mutation";

    /// <summary>CLR types of the events the mutation may raise.</summary>
    public IReadOnlyList<Type> Events => _events;

    /// <summary>Declares an event that the mutation may raise.</summary>
    public Mutation Raises<TEvent>() where TEvent : notnull
    {
        ThrowIfComposed();
        _events.Add(typeof(TEvent));
        return this;
    }

    /// <summary>Gives this mutation another owner than its catalog's.</summary>
    public Mutation OwnedBy(string owner)
    {
        SetOwner(owner);
        return this;
    }
}
