using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Freshet.AspNetCore;

/// <summary>Tags as the browser sees them: short keyed hashes, to be compared with each other and nothing else.</summary>
/// <remarks>Keyed, because a plain hash of <c>account:acc_88</c> is found by trying account numbers. 8 bytes: two tags of one page meet by chance once in 10^15, and then one panel reads once too often.</remarks>
internal sealed class TagHasher(KeyRing keys)
{
    /// <summary>Stands for any tag.</summary>
    public const string Any = "*";

    /// <summary>Most hashes in one header; more would not pass every proxy, and an answer made of so much may as well depend on everything.</summary>
    public const int MaxTags = 100;

    private const int HashLength = 8;

    /// <summary>The hashes of tags, separated by spaces, each once; <see cref="Any"/> when they are too many.</summary>
    public string HeaderFor(IReadOnlyCollection<Tag> tags)
    {
        if (tags.Count > MaxTags) return Any;
        var header = new StringBuilder(tags.Count * 12);
        foreach (var tag in tags)
        {
            if (header.Length > 0) header.Append(' ');
            header.Append(Hash(tag));
        }
        return header.ToString();
    }

    public string Hash(Tag tag)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(keys.Current.TagKey, Encoding.UTF8.GetBytes(tag.Text), hash);
        return Base64Url.EncodeToString(hash[..HashLength]);
    }
}
