using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.ModelCatalogue;

/// <summary>Adds the catalogue to a host.</summary>
public static class CatalogueModule
{
    /// <summary>Loads the models of <see cref="ModelsOptions.Folder"/>; a host with a faulty one does not start.</summary>
    /// <exception cref="OptionsValidationException">A model has a fault; all faults of all models are named.</exception>
    public static IHostApplicationBuilder AddCatalogue(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("MedCloud:Models").Get<ModelsOptions>() ?? new ModelsOptions();
        var load = Catalogue.Load(options.Folder);
        if (load.Faults.Count > 0)
            throw new OptionsValidationException("MedCloud:Models", typeof(ModelsOptions), load.Faults.Select(fault => fault.ToString()));
        builder.Services.AddSingleton(load.Catalogue);
        return builder;
    }
}
