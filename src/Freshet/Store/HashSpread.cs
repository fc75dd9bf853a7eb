using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Freshet;

/// <summary>Hashes keys for a table, differently in every process: whoever may choose keys cannot choose many that meet in one chain.</summary>
/// <remarks>
/// Sums of products with secret 64-bit numbers, upper half kept: two different texts, or two different hash codes, meet with a chance
/// of one in 2^32, whatever they are (Lemire and Kaser, "Strongly universal string hashing is fast"; Thorup, "High speed hashing for
/// integers and strings", 3.3). Bits of the result are as good as any others, so a table may look at the lowest. Keys of another type
/// that have one and the same hash code meet all the same: that is their type's own choice.
/// </remarks>
internal static class HashSpread
{
    /// <summary>Longest text hashed here; longer ones by the runtime's own hash code, random per process too.</summary>
    internal const int LongestText = 128;

    private const int CharsPerWord = 4;

    private static readonly ulong[] _secrets = Secrets(2 * LongestText / CharsPerWord);
    private static readonly ulong _factor = Secrets(1)[0];
    private static readonly ulong _addend = Secrets(1)[0];

    /// <summary>A number's hash code is the number itself: keys such as 1,024 and 2,048 differ in bits that a small table does not look at.</summary>
    public static uint Of(int hashCode) => (uint)((_factor * (uint)hashCode + _addend) >> 32);

    /// <summary>Takes half the time of <see cref="string.GetHashCode()"/>, and a hit does little else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(string text)
    {
        if (text.Length - CharsPerWord is < 0 or > CharsPerWord) return OfAnyLength(text);
        // What the other does with two words, without its loop: most keys are this short.
        ref var secret = ref MemoryMarshal.GetArrayDataReference(_secrets);
        ref var chars = ref Unsafe.AsRef(in text.GetPinnableReference());
        var sum = _factor * (uint)text.Length + _addend
            + Product(ref secret, WordAt(ref chars, 0)) + Product(ref Unsafe.Add(ref secret, 2), WordAt(ref chars, text.Length - CharsPerWord));
        return (uint)(sum >> 32);
    }

    private static uint OfAnyLength(string text)
    {
        if (text.Length > LongestText) return Of(text.GetHashCode(StringComparison.Ordinal));

        var sum = _factor * (uint)text.Length + _addend; // so that a text and the same one with zeros after it differ
        ref var secret = ref MemoryMarshal.GetArrayDataReference(_secrets);
        ref var chars = ref Unsafe.AsRef(in text.GetPinnableReference());
        if (text.Length < CharsPerWord)
        {
            var word = 0UL;
            for (var at = 0; at < text.Length; at++) word = (word << 16) | Unsafe.Add(ref chars, at);
            return (uint)((sum + Product(ref secret, word)) >> 32);
        }

        // The last word ends with the text, over characters of the one before it: every character counts, and none past the end is read.
        var last = text.Length - CharsPerWord;
        for (var at = 0; at < last; at += CharsPerWord)
        {
            sum += Product(ref secret, WordAt(ref chars, at));
            secret = ref Unsafe.Add(ref secret, 2);
        }
        return (uint)((sum + Product(ref secret, WordAt(ref chars, last))) >> 32);
    }

    private static ulong WordAt(ref char chars, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<char, byte>(ref Unsafe.Add(ref chars, at)));

    private static ulong Product(ref ulong secret, ulong word) => (secret + (uint)word) * (Unsafe.Add(ref secret, 1) + (word >> 32));

    private static ulong[] Secrets(int count)
    {
        var secrets = new ulong[count];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(secrets.AsSpan()));
        return secrets;
    }
}
