using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>Runs a property a fixed number of times, on other values each time the suite runs.</summary>
/// <remarks>
/// A failure prints the smallest value found that fails, and "Last step was invoked with size of 40 and seed of (123,457)". Set
/// <c>FRESHET_SEED=123,457,40</c> and run that test alone to see the same failure first.
/// </remarks>
internal static class Property
{
    public const string SeedVariable = "FRESHET_SEED";

    public static void Holds<T>(Gen<T> values, Action<T> check, int runs = 300, int size = 100) =>
        Run(Prop.ForAll(values.ToArbitrary(), check), runs, size);

    /// <summary>For any sequence of steps; what fails is cut down to the steps that matter.</summary>
    public static void HoldsForAnySequence<TStep>(Gen<TStep> step, Action<IReadOnlyList<TStep>> check, int runs = 300, int size = 60)
    {
        var sequences = Arb.From(step.ListOf().Select(steps => new Sequence<TStep>([.. steps])), Shorter);
        Run(Prop.ForAll(sequences, (Sequence<TStep> sequence) => check(sequence.Steps)), runs, size);
    }

    private static void Run(FsCheck.Property property, int runs, int size)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(runs).WithEndSize(size);
        if (Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } seed) config = config.WithReplay(Replay(seed));
        property.Check(config);
    }

    private static Replay Replay(string seed)
    {
        var parts = seed.Split(',');
        return new Replay(
            new Rnd(ulong.Parse(parts[0], CultureInfo.InvariantCulture), ulong.Parse(parts[1], CultureInfo.InvariantCulture)),
            parts.Length < 3 ? null : int.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    /// <summary>First without one half or the other, then without a quarter, and at last without single steps.</summary>
    private static IEnumerable<Sequence<TStep>> Shorter<TStep>(Sequence<TStep> whole)
    {
        for (var length = (whole.Steps.Length + 1) / 2; length > 0; length /= 2)
        {
            for (var at = 0; at < whole.Steps.Length; at += length)
                yield return new Sequence<TStep>([.. whole.Steps[..at], .. whole.Steps[Math.Min(at + length, whole.Steps.Length)..]]);
        }
    }

    /// <summary>Steps that print themselves one per line.</summary>
    private sealed class Sequence<TStep>(TStep[] steps)
    {
        public TStep[] Steps => steps;

        public override string ToString() => string.Join("", steps.Select(step => $"{Environment.NewLine}  {step}"));
    }
}
