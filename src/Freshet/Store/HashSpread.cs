using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Freshet;

/// <summary>Spreads hash codes over a table, differently in every process.</summary>
/// <remarks>
/// A text's hash code is random per process already, a number's is the number itself: keys such as 1,024 and 2,048 differ in bits
/// that a small table does not look at, and whoever may choose the numbers could choose a million that meet in one chain. Multiplied
/// by a secret 64-bit number, added to another, upper half kept, any two codes meet by chance only, whichever bits are looked at
/// (Thorup, "High speed hashing for integers and strings", 3.3). Keys of one and the same hash code meet all the same.
/// </remarks>
internal static class HashSpread
{
    private static readonly ulong _factor = Secret();
    private static readonly ulong _addend = Secret();

    public static uint Of(int hashCode) => (uint)((_factor * (uint)hashCode + _addend) >> 32);

    private static ulong Secret()
    {
        var secret = 0UL;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref secret)));
        return secret;
    }
}
