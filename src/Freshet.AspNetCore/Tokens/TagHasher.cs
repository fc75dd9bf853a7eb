using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Freshet.AspNetCore;

/// <summary>Tags, and the log's epoch, as the browser sees them: short keyed hashes, to be compared with each other and nothing else.</summary>
/// <remarks>Keyed, because a plain hash of <c>account:acc_88</c> is found by trying account numbers. 8 bytes: two tags of one page meet by chance once in 10^15, and then one panel reads once too often.</remarks>
internal sealed class TagHasher(KeyRing keys)
{
    /// <summary>Stands for any tag.</summary>
    public const string Any = "*";

    /// <summary>Most hashes in one header; more would not pass every proxy, and an answer made of so much may as well depend on everything.</summary>
    public const int MaxTags = 100;

    private const int HashLength = 8;

    /// <summary>Goes before an epoch's bytes. No tag has such a text, since keys carry no control characters, so no tag's hash is ever an epoch's.</summary>
    private const byte EpochMarker = 0;

    private EpochHash? _epochHash; // the last one made, replaced as a whole: every answer needs it, and it hardly ever changes

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

    public string Hash(Tag tag) => Hash(Encoding.UTF8.GetBytes(tag.Text));

    /// <summary>The hash of a log's epoch: another one as soon as positions or tag hashes can no longer be compared with earlier ones, be it for a new epoch or a new key.</summary>
    /// <remarks>
    /// Under the key of the tags, because an epoch alone would miss the second reason:
    ///   a page is open -> the first signing key is replaced, the log goes on -> a write names its tags by hashes the page has never
    ///   seen, at the next position of the same epoch -> the page compares, finds nothing and keeps showing the old data.
    /// </remarks>
    public string Hash(Epoch epoch)
    {
        if (_epochHash is { } last && last.Epoch == epoch) return last.Hash;
        Span<byte> bytes = stackalloc byte[17];
        bytes[0] = EpochMarker;
        epoch.Value.TryWriteBytes(bytes[1..], bigEndian: true, out _);
        var made = new EpochHash(epoch, Hash(bytes));
        _epochHash = made;
        return made.Hash;
    }

    private string Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(keys.Current.TagKey, bytes, hash);
        return Base64Url.EncodeToString(hash[..HashLength]);
    }

    private sealed record EpochHash(Epoch Epoch, string Hash);
}
