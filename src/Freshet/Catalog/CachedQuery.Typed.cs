using System.Linq.Expressions;

namespace Freshet;

/// <summary>A read whose result is cached, with typed arguments and value.</summary>
/// <typeparam name="TArgs">The arguments: text, a number, Guid, an enum, a tuple of those, or a record declared with <c>KeyedBy</c>. Everything that changes the answer belongs in here, tenant and user included.</typeparam>
/// <typeparam name="TValue">The value. Every reader gets the same instance: treat it as immutable.</typeparam>
public sealed partial class CachedQuery<TArgs, TValue> : CachedQuery where TArgs : notnull
{
    private readonly List<TagMapping<TArgs>> _tags = [];
    private IReadOnlyList<Tag>? _sameTags; // what TagsOf gave, when it does not depend on the arguments
    private Func<TArgs, string>? _keyText;
    private MemberSelector<TValue, long>? _version;
    private TagKind? _versionOf;
    private Func<TValue, long>? _sizeOfValue;

    /// <summary>The runtime of the application that read last. Declarations are static and may serve several applications in one process, so whoever uses this checks whose it is.</summary>
    internal QueryRuntime<TArgs, TValue>? LastRuntime;

    /// <summary>Declares the query.</summary>
    /// <param name="name">Name, unique in the application, such as <c>account-summary</c>.</param>
    /// <param name="level">The cost of showing an old value.</param>
    /// <param name="schema">Number of the cached type's shape; raise it when the type changes.</param>
    public CachedQuery(string name, RiskLevel level, int schema = 1) : base(name, level, schema, typeof(TArgs), typeof(TValue))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TagReference> Tags => [.. _tags.Select(tag => tag.Reference)];

    /// <inheritdoc/>
    public override string? VersionMember => _version?.Path;

    /// <inheritdoc/>
    public override string? VersionOfTag => _versionOf?.Name;

    internal override bool HasLoader => Loader is not null;

    internal override IEnumerable<TagKind> TagKinds => _tags.Select(tag => tag.Kind).OfType<TagKind>().Concat(TagsFound);

    /// <summary>Whether the key text is made of members that were named, rather than of the arguments themselves.</summary>
    internal bool IsKeyedByMembers => _keyText is not null;

    internal override bool HasKey => _keyText is not null || KeyText.IsSupported(typeof(TArgs));

    /// <summary>Each value carries a tag whose key is the argument or a member of it: <c>DependsOn(Account, id => id)</c>.</summary>
    public CachedQuery<TArgs, TValue> DependsOn<TKey>(Tag<TKey> tag, Expression<Func<TArgs, TKey>> key) =>
        With(new TagByOneKey<TArgs, TKey>(tag, MemberSelector<TArgs, TKey>.From(key, this)));

    /// <summary>Each value carries a tag with two keys.</summary>
    public CachedQuery<TArgs, TValue> DependsOn<TKey1, TKey2>(
        Tag<TKey1, TKey2> tag, Expression<Func<TArgs, TKey1>> key1, Expression<Func<TArgs, TKey2>> key2) =>
        With(new TagByTwoKeys<TArgs, TKey1, TKey2>(tag, MemberSelector<TArgs, TKey1>.From(key1, this), MemberSelector<TArgs, TKey2>.From(key2, this)));

    /// <summary>Each value carries a tag with three keys.</summary>
    public CachedQuery<TArgs, TValue> DependsOn<TKey1, TKey2, TKey3>(
        Tag<TKey1, TKey2, TKey3> tag,
        Expression<Func<TArgs, TKey1>> key1, Expression<Func<TArgs, TKey2>> key2, Expression<Func<TArgs, TKey3>> key3) =>
        With(new TagByThreeKeys<TArgs, TKey1, TKey2, TKey3>(
            tag, MemberSelector<TArgs, TKey1>.From(key1, this), MemberSelector<TArgs, TKey2>.From(key2, this), MemberSelector<TArgs, TKey3>.From(key3, this)));

    /// <summary>Each value carries this one tag, whatever the arguments: <c>DependsOn(PlanList.For("all"))</c>.</summary>
    public CachedQuery<TArgs, TValue> DependsOn(Tag tag) => With(new ConstantTag<TArgs>(tag));

    /// <summary>The loader may add tags of these kinds, found in the data. A tag of a kind that is not declared here is refused, so that the blast radius of an event stays complete.</summary>
    public CachedQuery<TArgs, TValue> FindsTags(params TagKind[] kinds)
    {
        AddFoundTags(kinds);
        return this;
    }

    /// <summary>The loader may read these cached queries; what outdates them outdates this one.</summary>
    public CachedQuery<TArgs, TValue> Reads(params CachedQuery[] queries)
    {
        AddReads(queries);
        return this;
    }

    /// <summary>Changes the policy that the level gives: <c>WithPolicy(p => p with { TimeToLive = TimeSpan.FromMinutes(1) })</c>. Looser than the level allows (<see cref="LevelLimits"/>) is a fault at start-up. A second call changes what the first one gave.</summary>
    public CachedQuery<TArgs, TValue> WithPolicy(Func<QueryPolicy, QueryPolicy> change)
    {
        ChangePolicy(change);
        return this;
    }

    /// <summary>Puts the query on a screen that another team declares.</summary>
    public CachedQuery<TArgs, TValue> ShownOn(string screen)
    {
        AddScreen(screen);
        return this;
    }

    /// <summary>Which members of a record argument make its key text. The record's own equality must agree with them.</summary>
    public CachedQuery<TArgs, TValue> KeyedBy<TKey>(Expression<Func<TArgs, TKey>> key)
    {
        var selector = KeyMember(key);
        return UseKeyText([selector.Path], args => KeyText.Format(selector.Read(args), Name, selector.Path));
    }

    /// <inheritdoc cref="KeyedBy{TKey}(Expression{Func{TArgs, TKey}})"/>
    public CachedQuery<TArgs, TValue> KeyedBy<TKey1, TKey2>(Expression<Func<TArgs, TKey1>> key1, Expression<Func<TArgs, TKey2>> key2)
    {
        var (first, second) = (KeyMember(key1), KeyMember(key2));
        return UseKeyText([first.Path, second.Path], args =>
            $"{KeyText.Format(first.Read(args), Name, first.Path)},{KeyText.Format(second.Read(args), Name, second.Path)}");
    }

    /// <inheritdoc cref="KeyedBy{TKey}(Expression{Func{TArgs, TKey}})"/>
    public CachedQuery<TArgs, TValue> KeyedBy<TKey1, TKey2, TKey3>(
        Expression<Func<TArgs, TKey1>> key1, Expression<Func<TArgs, TKey2>> key2, Expression<Func<TArgs, TKey3>> key3)
    {
        var (first, second, third) = (KeyMember(key1), KeyMember(key2), KeyMember(key3));
        return UseKeyText([first.Path, second.Path, third.Path], args =>
            $"{KeyText.Format(first.Read(args), Name, first.Path)},{KeyText.Format(second.Read(args), Name, second.Path)},{KeyText.Format(third.Read(args), Name, third.Path)}");
    }

    /// <summary>Values carry a version that grows with every write of the row: <c>VersionedBy(invoice => invoice.Version)</c>. Readers may then ask for a minimum version.</summary>
    public CachedQuery<TArgs, TValue> VersionedBy(Expression<Func<TValue, long>> version)
    {
        ThrowIfComposed();
        _version = MemberSelector<TValue, long>.From(version, this);
        return this;
    }

    /// <summary>The same, naming the kind of tag whose version it is: <c>VersionedBy(invoice => invoice.Version, of: Invoice)</c>.</summary>
    /// <param name="version">The version.</param>
    /// <param name="of">A kind of tag that its values carry. What an event tells of such a tag's version, on any node, is the least that a load may return: one that returns less has read a replica that lags.</param>
    public CachedQuery<TArgs, TValue> VersionedBy(Expression<Func<TValue, long>> version, TagKind of)
    {
        _versionOf = of ?? throw new ArgumentNullException(nameof(of));
        return VersionedBy(version);
    }

    /// <summary>How many bytes a value takes, for <see cref="FreshetOptions.MaxBytes"/>: <c>SizedBy(page => page.Html.Length * 2L)</c>. An estimate will do.</summary>
    /// <remarks>
    /// Without it, strings, arrays and collections count by their length and anything else as 256 bytes. Declare it where values are
    /// large or differ much. It runs once per load, so it must be cheap; below zero counts as zero; what it throws fails the load.
    /// </remarks>
    public CachedQuery<TArgs, TValue> SizedBy(Func<TValue, long> bytes)
    {
        ThrowIfComposed();
        ArgumentNullException.ThrowIfNull(bytes);
        _sizeOfValue = bytes;
        return this;
    }

    /// <summary>A scope initializer must prepare the loader's services (tenant, user) from the arguments. Without one registered the application does not start.</summary>
    public CachedQuery<TArgs, TValue> RequiresScopeInitializer()
    {
        RequireScopeInitializer();
        return this;
    }

    /// <summary>Keeps its values in each node's memory and out of the second level: where they are cheap to load, hard to serialize, or may not leave the process.</summary>
    public CachedQuery<TArgs, TValue> InMemoryOnly()
    {
        KeepInMemoryOnly();
        return this;
    }

    /// <summary>One node loads a value for all: it takes the load lock of the key, the others wait until it has stored the value, at most <see cref="QueryPolicy.LoadLockLapse"/>. For loads that are dear enough to pay a round trip more.</summary>
    /// <remarks>
    /// It spares the source; it promises nothing about freshness. A node that cannot reach the second level loads without it, and so
    /// does one that has waited long enough. With <see cref="InMemoryOnly"/>, or with no second level, it does nothing. Loads of many
    /// keys at once and loads in the background take no lock.
    /// </remarks>
    public CachedQuery<TArgs, TValue> WithLoadLock()
    {
        UseLoadLock();
        return this;
    }

    /// <summary>Gives this query another owner than its catalog's.</summary>
    public CachedQuery<TArgs, TValue> OwnedBy(string owner)
    {
        SetOwner(owner);
        return this;
    }

    /// <summary>The arguments as escaped text, as they stand in keys, logs and explanations.</summary>
    /// <exception cref="InvalidKeyException">An argument is null, empty, too long or has control characters.</exception>
    internal string KeyOf(TArgs args)
    {
        var text = _keyText is null ? KeyText.Format(args, Name, "its argument") : _keyText(args);
        return text.Length <= KeyText.MaxLength ? text : throw new InvalidKeyException(Name, "its arguments together", KeyFault.TooLong);
    }

    /// <summary>The tags of every value, once they were asked for; null while they depend on the arguments.</summary>
    internal IReadOnlyList<Tag>? SameTags => _sameTags;

    internal IReadOnlyList<Tag> TagsOf(TArgs args)
    {
        if (_sameTags is { } same) return same;
        var tags = new List<Tag>(_tags.Count);
        foreach (var mapping in _tags) mapping.AddTags(args, Name, tags);
        tags = TagKeys.EachOnce(tags);
        if (_tags.TrueForAll(mapping => mapping is ConstantTag<TArgs>)) _sameTags = tags;
        return tags;
    }

    internal override QueryRuntime CreateRuntime(DeclaredQuery declared, RuntimeParts parts) => new QueryRuntime<TArgs, TValue>(this, declared, parts);

    /// <summary>The declared size of a value; null for the default estimate.</summary>
    internal Func<TValue, long>? SizeOfValue => _sizeOfValue;

    /// <summary>The value's version; null when the query declares none.</summary>
    internal long? VersionOf(TValue value)
    {
        if (_version is null) return null;
        if (value is null) return Entry.NoVersion;
        try
        {
            return _version.Read(value);
        }
        catch (InvalidKeyException)
        {
            return Entry.NoVersion; // a null on the way to the version
        }
    }

    private CachedQuery<TArgs, TValue> With(TagMapping<TArgs> mapping)
    {
        ThrowIfComposed();
        if (mapping.IsMissing) AddNullFault("tag");
        _tags.Add(mapping);
        _sameTags = null;
        return this;
    }

    private CachedQuery<TArgs, TValue> UseKeyText(IReadOnlyList<string> members, Func<TArgs, string> text)
    {
        ThrowIfComposed();
        KeyMembers = members;
        _keyText = text;
        return this;
    }

    private MemberSelector<TArgs, TKey> KeyMember<TKey>(Expression<Func<TArgs, TKey>> key)
    {
        if (!KeyText.IsSupported(typeof(TKey)))
            AddFault(CatalogFaultKind.UnsupportedKey, $"its key member of type {typeof(TKey).Name} has no culture-independent text form",
                "Select a member of type string, an integer, Guid, an enum or a date.");
        return MemberSelector<TArgs, TKey>.From(key, this);
    }
}
