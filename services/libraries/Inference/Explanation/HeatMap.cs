using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Explanation;

/// <summary>Where in the image a model's finding comes from: a grid over the whole image, first row at the top.</summary>
/// <param name="Code">SNOMED CT, of the label explained.</param>
/// <param name="Display">The code's meaning.</param>
/// <param name="Rows">Rows of the grid, 1 to <see cref="ModelExplanation.MaxMapSide"/>.</param>
/// <param name="Columns">Columns of the grid, 1 to <see cref="ModelExplanation.MaxMapSide"/>.</param>
/// <param name="Values">Row by row, not negative, 0 where the place says nothing for the finding. By class activation: what it adds to the logit (for labels that exclude each
/// other, to their difference). By occlusion: how far the probability or score falls when it is hidden, 0 to 1.</param>
public sealed record HeatMap(string Code, string Display, int Rows, int Columns, IReadOnlyList<float> Values);
