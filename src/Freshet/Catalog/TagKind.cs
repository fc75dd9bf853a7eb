namespace Freshet;

/// <summary>A declared kind of tag: a name and one to three typed keys. Declare it as <see cref="Tag{TKey}"/>, <see cref="Tag{TKey1, TKey2}"/> or <see cref="Tag{TKey1, TKey2, TKey3}"/>.</summary>
public abstract class TagKind : Declaration
{
    private readonly List<AudienceRule> _audience = [];
    private readonly List<TagKind> _companions = [];

    private protected TagKind(string name, params Type[] keyTypes) : base(name)
    {
        KeyTypes = keyTypes;
        foreach (var type in keyTypes)
        {
            if (!KeyText.IsSupported(type))
                AddFault(CatalogFaultKind.UnsupportedKey, $"its key type {type.Name} has no culture-independent text form",
                    "Use string, an integer, Guid, an enum or a date as the tag's key.");
        }
    }

    /// <inheritdoc/>
    public sealed override string DeclarationKind => "tag";

    /// <summary>Types of the keys, in order: one to three.</summary>
    public IReadOnlyList<Type> KeyTypes { get; }

    /// <summary>Who may hear, over the stream, that a tag of this kind was invalidated. Any rule suffices; without one, nobody.</summary>
    public IReadOnlyList<AudienceRule> Audience => _audience;

    /// <summary>The kinds that <c>HeardWith</c> names.</summary>
    internal IReadOnlyList<TagKind> Companions => _companions;

    private protected void AddKeyRule(params string?[] claims)
    {
        ThrowIfComposed();
        if (claims.All(claim => claim is null)) AddAudienceFault("no key of it names a claim", "Name the claim of at least one key, or say HeardByEveryone().");
        if (claims.Any(claim => claim is not null && string.IsNullOrWhiteSpace(claim))) AddAudienceFault("a claim type is empty", "Name the claim that holds the key, such as \"account\".");
        _audience.Add(AudienceRule.ByKeys(claims));
    }

    private protected void AddHolders(string claim, string value)
    {
        ThrowIfComposed();
        if (string.IsNullOrWhiteSpace(claim) || string.IsNullOrEmpty(value)) AddAudienceFault("a claim has no type or no value", "Name both, such as HeardByHoldersOf(\"role\", \"support\").");
        _audience.Add(AudienceRule.HoldersOf(claim, value));
    }

    private protected void AddCompanion(TagKind? tag)
    {
        ThrowIfComposed();
        if (tag is null)
        {
            AddNullFault("tag");
            return;
        }
        _companions.Add(tag);
        _audience.Add(AudienceRule.WithKind(tag.Name));
    }

    private protected void AddEveryone()
    {
        ThrowIfComposed();
        _audience.Add(AudienceRule.ForEveryone);
    }

    private void AddAudienceFault(string what, string wayOut) => AddFault(CatalogFaultKind.InvalidAudience, $"of its audience {what}", wayOut);

    private protected Tag Make(string keys)
    {
        var text = $"{Name}:{keys}";
        return text.Length <= KeyText.MaxLength ? new Tag(Name, text) : throw new InvalidKeyException(Name, "its keys together", KeyFault.TooLong);
    }
}

/// <summary>A kind of tag with one key: <c>Tag&lt;string&gt; Account = new("account")</c>.</summary>
/// <param name="name">Name of the kind, unique in the application: letters, digits, '-' and '.'.</param>
public sealed class Tag<TKey>(string name) : TagKind(name, typeof(TKey))
{
    /// <summary>Gives this kind of tag another owner than its catalog's.</summary>
    public Tag<TKey> OwnedBy(string owner)
    {
        SetOwner(owner);
        return this;
    }

    /// <summary>Who holds the key in a claim of this type hears of its tag: <c>new Tag&lt;string&gt;("account").HeardBy("account")</c> tells the members of acc_88 of <c>account:acc_88</c>.</summary>
    /// <param name="claim">The claim's type. A person may hold several claims of it; each is one key, as text, compared character by character.</param>
    public Tag<TKey> HeardBy(string claim)
    {
        AddKeyRule(claim);
        return this;
    }

    /// <summary>Whoever holds a claim with this very value hears of every tag of this kind: <c>HeardByHoldersOf("role", "support")</c>.</summary>
    /// <param name="claim">The claim's type.</param>
    /// <param name="value">Its value, compared character by character.</param>
    public Tag<TKey> HeardByHoldersOf(string claim, string value)
    {
        AddHolders(claim, value);
        return this;
    }

    /// <summary>Whoever hears of each tag of another kind in a record hears of those of this kind in it too.</summary>
    /// <param name="tag">The other kind. It has rules of its own, about keys, holders or everyone.</param>
    /// <remarks>For data whose key says nothing of whose it is: an invoice is heard with its account's invoices, as the event that was raised names both. A record without a tag of the other kind, as <c>UpdateTag</c> writes it, is heard by nobody under this rule.</remarks>
    public Tag<TKey> HeardWith(TagKind tag)
    {
        AddCompanion(tag);
        return this;
    }

    /// <summary>Everybody who may open the stream hears of every tag of this kind: for what is no secret to anybody, such as a price list.</summary>
    public Tag<TKey> HeardByEveryone()
    {
        AddEveryone();
        return this;
    }

    /// <summary>The tag of one thing: <c>Account.For("acc_88")</c>.</summary>
    /// <exception cref="InvalidKeyException">The key is null, empty, too long or has control characters.</exception>
    public Tag For(TKey key) => Make(KeyText.Format(key, Name, "key 1"));
}

/// <summary>A kind of tag with two keys.</summary>
/// <param name="name">Name of the kind, unique in the application: letters, digits, '-' and '.'.</param>
public sealed class Tag<TKey1, TKey2>(string name) : TagKind(name, typeof(TKey1), typeof(TKey2))
{
    /// <summary>Gives this kind of tag another owner than its catalog's.</summary>
    public Tag<TKey1, TKey2> OwnedBy(string owner)
    {
        SetOwner(owner);
        return this;
    }

    /// <summary>Who holds the named keys in claims of these types hears of its tag. Null for a key that does not matter; at least one does.</summary>
    /// <param name="claim1">The type of claim that holds the first key.</param>
    /// <param name="claim2">The type of claim that holds the second key.</param>
    public Tag<TKey1, TKey2> HeardBy(string? claim1, string? claim2)
    {
        AddKeyRule(claim1, claim2);
        return this;
    }

    /// <summary>Whoever holds a claim with this very value hears of every tag of this kind: <c>HeardByHoldersOf("role", "support")</c>.</summary>
    /// <param name="claim">The claim's type.</param>
    /// <param name="value">Its value, compared character by character.</param>
    public Tag<TKey1, TKey2> HeardByHoldersOf(string claim, string value)
    {
        AddHolders(claim, value);
        return this;
    }

    /// <summary>Whoever hears of each tag of another kind in a record hears of those of this kind in it too.</summary>
    /// <param name="tag">The other kind. It has rules of its own, about keys, holders or everyone.</param>
    /// <remarks>For data whose key says nothing of whose it is: an invoice is heard with its account's invoices, as the event that was raised names both. A record without a tag of the other kind, as <c>UpdateTag</c> writes it, is heard by nobody under this rule.</remarks>
    public Tag<TKey1, TKey2> HeardWith(TagKind tag)
    {
        AddCompanion(tag);
        return this;
    }

    /// <summary>Everybody who may open the stream hears of every tag of this kind: for what is no secret to anybody, such as a price list.</summary>
    public Tag<TKey1, TKey2> HeardByEveryone()
    {
        AddEveryone();
        return this;
    }

    /// <summary>The tag of one thing: <c>Membership.For("org_1", "user_7")</c>.</summary>
    /// <exception cref="InvalidKeyException">A key is null, empty, too long or has control characters.</exception>
    public Tag For(TKey1 key1, TKey2 key2) => Make($"{KeyText.Format(key1, Name, "key 1")}:{KeyText.Format(key2, Name, "key 2")}");
}

/// <summary>A kind of tag with three keys.</summary>
/// <param name="name">Name of the kind, unique in the application: letters, digits, '-' and '.'.</param>
public sealed class Tag<TKey1, TKey2, TKey3>(string name) : TagKind(name, typeof(TKey1), typeof(TKey2), typeof(TKey3))
{
    /// <summary>Gives this kind of tag another owner than its catalog's.</summary>
    public Tag<TKey1, TKey2, TKey3> OwnedBy(string owner)
    {
        SetOwner(owner);
        return this;
    }

    /// <summary>Who holds the named keys in claims of these types hears of its tag. Null for a key that does not matter; at least one does.</summary>
    /// <param name="claim1">The type of claim that holds the first key.</param>
    /// <param name="claim2">The type of claim that holds the second key.</param>
    /// <param name="claim3">The type of claim that holds the third key.</param>
    public Tag<TKey1, TKey2, TKey3> HeardBy(string? claim1, string? claim2, string? claim3)
    {
        AddKeyRule(claim1, claim2, claim3);
        return this;
    }

    /// <summary>Whoever holds a claim with this very value hears of every tag of this kind: <c>HeardByHoldersOf("role", "support")</c>.</summary>
    /// <param name="claim">The claim's type.</param>
    /// <param name="value">Its value, compared character by character.</param>
    public Tag<TKey1, TKey2, TKey3> HeardByHoldersOf(string claim, string value)
    {
        AddHolders(claim, value);
        return this;
    }

    /// <summary>Whoever hears of each tag of another kind in a record hears of those of this kind in it too.</summary>
    /// <param name="tag">The other kind. It has rules of its own, about keys, holders or everyone.</param>
    /// <remarks>For data whose key says nothing of whose it is: an invoice is heard with its account's invoices, as the event that was raised names both. A record without a tag of the other kind, as <c>UpdateTag</c> writes it, is heard by nobody under this rule.</remarks>
    public Tag<TKey1, TKey2, TKey3> HeardWith(TagKind tag)
    {
        AddCompanion(tag);
        return this;
    }

    /// <summary>Everybody who may open the stream hears of every tag of this kind: for what is no secret to anybody, such as a price list.</summary>
    public Tag<TKey1, TKey2, TKey3> HeardByEveryone()
    {
        AddEveryone();
        return this;
    }

    /// <summary>The tag of one thing.</summary>
    /// <exception cref="InvalidKeyException">A key is null, empty, too long or has control characters.</exception>
    public Tag For(TKey1 key1, TKey2 key2, TKey3 key3) =>
        Make($"{KeyText.Format(key1, Name, "key 1")}:{KeyText.Format(key2, Name, "key 2")}:{KeyText.Format(key3, Name, "key 3")}");
}
