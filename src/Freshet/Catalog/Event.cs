using System.Linq.Expressions;

namespace Freshet;

/// <summary>A fact that can happen, with the tags it touches. Declare it as <see cref="Event{T}"/>.</summary>
public abstract class Event : Declaration
{
    private protected Event(string name, Type type) : base(name) => Type = type;

    /// <inheritdoc/>
    public sealed override string DeclarationKind => "event";

    /// <summary>The CLR type whose values are raised. One event per type.</summary>
    public Type Type { get; }

    /// <summary>The tags the event touches, as data.</summary>
    public abstract IReadOnlyList<TagReference> Tags { get; }

    /// <summary>Names of the event's members as they stand in JSON, ordered: camel case, or what <c>[JsonPropertyName]</c> says; without those that <c>[JsonIgnore]</c> keeps out.</summary>
    public abstract IReadOnlyList<string> Members { get; }

    /// <summary>How long an outdated value may still be served when the event marks its tags stale (outside user actions). Default: <see cref="Profile.Default"/>.</summary>
    public Profile Profile { get; private protected set; } = Profile.Default;

    internal abstract IEnumerable<TagKind> TagKinds { get; }

    /// <summary>The tags one raised event touches, each once.</summary>
    /// <param name="raised">A value of <see cref="Type"/>.</param>
    /// <exception cref="InvalidKeyException">A member cannot be a key.</exception>
    internal abstract List<Tag> TagsOf(object raised);

    /// <summary>What one raised event invalidates: each tag once, with the version it tells of it.</summary>
    /// <param name="raised">A value of <see cref="Type"/>.</param>
    /// <param name="kind">Expire or mark stale.</param>
    /// <param name="deadline">For mark stale.</param>
    /// <exception cref="InvalidKeyException">A member cannot be a key.</exception>
    internal abstract Invalidation[] InvalidationsOf(object raised, InvalidationKind kind, TimeSpan deadline);
}

/// <summary>A fact that can happen: <c>new Event&lt;InvoicePaid&gt;("invoice.paid").Invalidates(Account, e => e.AccountId)</c>.</summary>
/// <typeparam name="T">The record that is raised. Its members are the event's arguments and reach browsers in <c>freshness_events</c>: identifiers, not secrets.</typeparam>
/// <param name="name">Name on the wire, in logs and metrics, such as <c>invoice.paid</c>.</param>
public sealed class Event<T>(string name) : Event(name, typeof(T)) where T : notnull
{
    private readonly List<TagMapping<T>> _mappings = [];

    /// <inheritdoc/>
    public override IReadOnlyList<TagReference> Tags => [.. _mappings.Select(mapping => mapping.Reference)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members => EventMembers.Of<T>();

    internal override IEnumerable<TagKind> TagKinds => _mappings.Select(mapping => mapping.Kind).OfType<TagKind>();

    /// <summary>The event touches one tag, whose key is a member of the event.</summary>
    public Event<T> Invalidates<TKey>(Tag<TKey> tag, Expression<Func<T, TKey>> key) =>
        With(new TagByOneKey<T, TKey>(tag, MemberSelector<T, TKey>.From(key, this)));

    /// <summary>The same, telling the version that the write gave to what the tag names: <c>.Invalidates(Invoice, e => e.InvoiceId, version: e => e.Version)</c>.</summary>
    /// <remarks>A query whose values carry the version <em>of</em> such tags (<c>VersionedBy(invoice => invoice.Version, of: Invoice)</c>) then takes less from no source that lags behind, on any node.</remarks>
    public Event<T> Invalidates<TKey>(Tag<TKey> tag, Expression<Func<T, TKey>> key, Expression<Func<T, long>> version) =>
        With(new VersionedTag<T>(new TagByOneKey<T, TKey>(tag, MemberSelector<T, TKey>.From(key, this)), MemberSelector<T, long>.From(version, this)));

    /// <summary>The event touches one tag with two keys.</summary>
    public Event<T> Invalidates<TKey1, TKey2>(Tag<TKey1, TKey2> tag, Expression<Func<T, TKey1>> key1, Expression<Func<T, TKey2>> key2) =>
        With(new TagByTwoKeys<T, TKey1, TKey2>(tag, MemberSelector<T, TKey1>.From(key1, this), MemberSelector<T, TKey2>.From(key2, this)));

    /// <summary>The event touches one tag with three keys.</summary>
    public Event<T> Invalidates<TKey1, TKey2, TKey3>(
        Tag<TKey1, TKey2, TKey3> tag, Expression<Func<T, TKey1>> key1, Expression<Func<T, TKey2>> key2, Expression<Func<T, TKey3>> key3) =>
        With(new TagByThreeKeys<T, TKey1, TKey2, TKey3>(
            tag, MemberSelector<T, TKey1>.From(key1, this), MemberSelector<T, TKey2>.From(key2, this), MemberSelector<T, TKey3>.From(key3, this)));

    /// <summary>The event touches one tag for each item of a list member, such as every organisation a renamed user belongs to. An empty list touches none.</summary>
    public Event<T> InvalidatesEach<TKey>(Tag<TKey> tag, Expression<Func<T, IEnumerable<TKey>>> keys) =>
        With(new TagForEach<T, TKey>(tag, MemberSelector<T, IEnumerable<TKey>>.From(keys, this)));

    /// <summary>The event always touches this one tag, whatever its arguments: <c>PlanList.For("all")</c>.</summary>
    public Event<T> Invalidates(Tag tag) => With(new ConstantTag<T>(tag));

    /// <summary>Sets the profile used when the event marks tags stale: by webhooks, jobs and operators.</summary>
    public Event<T> WithProfile(Profile profile)
    {
        ThrowIfComposed();
        Profile = profile ?? throw new ArgumentNullException(nameof(profile));
        return this;
    }

    /// <summary>Gives this event another owner than its catalog's.</summary>
    public Event<T> OwnedBy(string owner)
    {
        SetOwner(owner);
        return this;
    }

    /// <summary>The tags one raised event touches, each once.</summary>
    /// <exception cref="InvalidKeyException">A member cannot be a key. No tag is returned then, so nothing is half done.</exception>
    internal List<Tag> TagsOf(T raised)
    {
        var tags = new List<Tag>(_mappings.Count);
        foreach (var mapping in _mappings) mapping.AddTags(raised, Name, tags);
        return TagKeys.EachOnce(tags);
    }

    internal override List<Tag> TagsOf(object raised) => TagsOf((T)raised);

    internal override Invalidation[] InvalidationsOf(object raised, InvalidationKind kind, TimeSpan deadline)
    {
        var tags = TagsOf((T)raised);
        var invalidations = new Invalidation[tags.Count];
        for (var i = 0; i < invalidations.Length; i++) invalidations[i] = new Invalidation(tags[i], kind, deadline);
        foreach (var mapping in _mappings)
        {
            if (mapping.Reference.Version is null || mapping.VersionIn((T)raised) is not { } version) continue;
            var named = new List<Tag>();
            mapping.AddTags((T)raised, Name, named);
            for (var i = 0; i < invalidations.Length; i++)
            {
                if (named.Contains(tags[i])) invalidations[i] = invalidations[i] with { Version = Need.Higher(invalidations[i].Version, version) };
            }
        }
        return invalidations;
    }

    private Event<T> With(TagMapping<T> mapping)
    {
        ThrowIfComposed();
        if (mapping.IsMissing) AddNullFault("tag");
        _mappings.Add(mapping);
        return this;
    }
}
