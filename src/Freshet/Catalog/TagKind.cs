namespace Freshet;

/// <summary>A declared kind of tag: a name and one to three typed keys. Declare it as <see cref="Tag{TKey}"/>, <see cref="Tag{TKey1, TKey2}"/> or <see cref="Tag{TKey1, TKey2, TKey3}"/>.</summary>
public abstract class TagKind : Declaration
{
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

    /// <summary>The tag of one thing.</summary>
    /// <exception cref="InvalidKeyException">A key is null, empty, too long or has control characters.</exception>
    public Tag For(TKey1 key1, TKey2 key2, TKey3 key3) =>
        Make($"{KeyText.Format(key1, Name, "key 1")}:{KeyText.Format(key2, Name, "key 2")}:{KeyText.Format(key3, Name, "key 3")}");
}
