namespace BillingDesk.Billing;

/// <summary>The company that takes the money. What became of a checkout it tells later, by its webhook.</summary>
public interface IPaymentProvider
{
    /// <summary>Begins a checkout.</summary>
    /// <param name="checkout">What is paid for.</param>
    /// <param name="ct">Gives up before the provider has taken it.</param>
    /// <returns>The provider's id of it, such as <c>co_1</c>.</returns>
    Task<string> BeginAsync(Checkout checkout, CancellationToken ct = default);
}

/// <summary>What is paid for.</summary>
/// <param name="Type">The type of the delivery that tells of its success.</param>
/// <param name="Reference">What the provider repeats in it, as JSON's <c>data</c>: nothing of it is secret to the provider.</param>
public sealed record Checkout(string Type, IReadOnlyDictionary<string, string> Reference);

/// <summary>A checkout that has begun. Nothing is paid yet.</summary>
/// <param name="CheckoutId">The provider's id of it.</param>
public sealed record CheckoutBegun(string CheckoutId);
